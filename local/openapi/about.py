"""What the document says of the API as a whole."""

from shared.core import __version__

INFO = {
    "title": "Tasks API",
    "version": __version__,
    "summary": "Tasks of many users, each of whom sees their own.",
    "description": """\
Each operation takes the caller's identity from the token alone. The paths that begin with `/api/{user_id}` do the same
as those without, for a `user_id` that is the token's subject.

Checks come in this order: the token; then what the request alone decides (403, 413, 415, 400, 422); then whether what
it names is there (404) and has the expected version (412).

What no schema can say, a request that is as described here may still meet: 403 for a `user_id` that is not the token's
subject, 404 for an id of nothing that the caller has, 412 for a version that is no longer the newest, 400 for a cursor
that was not answered, or was for another order or another collection, 409 and 410 for what was done before, 422 for an
Idempotency-Key, an id or a `seq` that was used with another body, or a key that was for another collection, 422 for an
integer that is written with a fraction, as 1.0, and 429.

API Gateway answers by itself, with `{"message": "…"}` and none of the headers described here, what reaches no function:
403 for another `Host`, 404 for a path or method that is not described here, 413 for a body above 10 MB, 431 for headers
above 10 KB, 429 where the whole API is throttled, 500 and 503 where a function does not answer. A word where an id can
stand, with a method that is not its own, is an id that is no UUID: 422.
""",
    "license": {"name": "MIT", "identifier": "MIT"},
}
SERVERS = [
    {"url": "http://127.0.0.1:3000", "description": "make dev"},
    {
        "url": "https://{api}.execute-api.{region}.amazonaws.com",
        "description": "As deployed; the stack's output has the whole address.",
        "variables": {"api": {"default": "abcdefghij"}, "region": {"default": "eu-central-1"}},
    },
]
TAGS = [
    {"name": "account", "description": "What is kept of the caller."},
    {"name": "health", "description": "Whether the API runs."},
]
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token of the configured issuer; its `sub` is the caller.",
}
