"""The headers of answers: what each holds, and which come with every answer."""

from collections.abc import Iterable, Mapping
from typing import Any

from local.openapi.examples import REQUEST_ID
from shared.core.database.rate_limit import Allowance
from shared.core.errors import MissingToken, Unauthorized, response_to
from shared.core.http.answers import SECURITY_HEADERS
from shared.core.http.etag import entity_tag

_ALLOWANCE = Allowance(limit=300, remaining=299, seconds=42).headers()
_CHALLENGES = [response_to(error, "").headers["www-authenticate"] for error in (MissingToken(), Unauthorized())]

# Whether one is always there is said where it is used.
_HEADERS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "X-Request-Id": (
        "The request's id, by which the log knows it.",
        {"type": "string", "examples": [REQUEST_ID]},
    ),
    **{
        name.title(): ("The same with every answer.", {"type": "string", "const": value})
        for name, value in SECURITY_HEADERS.items()
    },
    "RateLimit": (
        "What is left to the caller in this minute: `r` requests, for `t` seconds more. Left out where there is none.",
        {"type": "string", "pattern": r'^"default";r=[0-9]+;t=[0-9]+$', "examples": [_ALLOWANCE["ratelimit"]]},
    ),
    "RateLimit-Policy": (
        "The limit: `q` requests in `w` seconds. Left out where there is none.",
        {"type": "string", "pattern": r'^"default";q=[0-9]+;w=60$', "examples": [_ALLOWANCE["ratelimit-policy"]]},
    ),
    "ETag": (
        "Its version, for If-Match and If-None-Match.",
        {"type": "string", "pattern": '^"[1-9][0-9]*"$', "examples": [entity_tag(1)]},
    ),
    "Idempotency-Replayed": (
        "There when an earlier request with the same Idempotency-Key, or the same id, has made it.",
        {"type": "string", "const": "true"},
    ),
    "WWW-Authenticate": (
        "How to authenticate; with an `error` when there was a token.",
        {"type": "string", "enum": _CHALLENGES},
    ),
    "Retry-After": (
        "Seconds after which a repetition makes sense.",
        {"type": "integer", "minimum": 1, "examples": [2]},
    ),
}

ALLOWANCE_HEADERS = ("RateLimit", "RateLimit-Policy")
_ALWAYS = ("X-Request-Id", *(name.title() for name in SECURITY_HEADERS))
# These come with an answer only sometimes, where they come at all.
_SOMETIMES = frozenset({*ALLOWANCE_HEADERS, "Idempotency-Replayed"})


def components() -> dict[str, Any]:
    return {name: _header(name, required=name not in _SOMETIMES) for name in _HEADERS}


def headers_of_answer(names: Iterable[str] = (), *, required: Mapping[str, bool] | None = None) -> dict[str, Any]:
    """The headers of one answer: `names`, and those of every answer. `required` is what differs from the usual."""
    unusual = required or {}
    return {
        name: _header(name, required=unusual[name]) if name in unusual else {"$ref": f"#/components/headers/{name}"}
        for name in (*names, *_ALWAYS)
    }


def location(collection: str, words: str, example: str) -> dict[str, Any]:
    """Of one resource: the others' components are shared."""
    schema = {
        "type": "string",
        "format": "uri-reference",
        "pattern": f"^/api/{collection}/[0-9a-f-]{{36}}$",
        "examples": [f"/api/{collection}/{example}"],
    }
    return {"description": f"Path of the new {words}.", "required": True, "schema": schema}


def _header(name: str, *, required: bool) -> dict[str, Any]:
    description, schema = _HEADERS[name]
    return {"description": description, "required": required, "schema": schema}
