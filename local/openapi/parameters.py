"""What requests carry beside their bodies. FastAPI knows path and query; the rest handlers read by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.openapi import OpenApiError
from local.openapi.examples import CURSOR, IDEMPOTENCY_KEY, USER
from shared.core.resource.schemas import LONGEST_SEARCH

_TAG = r'(W/)?"[!#-~\x80-\xff]*"'
# Blanks around a header's value are no part of it.
_TAGS = rf"^{_TAG}([ \t]*,[ \t]*{_TAG})*$"
# base64url of a UUIDv7 and of an order, which has two bytes at least; to clients it is opaque.
_CURSOR = "^[A-Za-z0-9_-]{8}[c-f][A-Za-z0-9_-][CGKOSWaeimquy26-][A-Za-z0-9_-]{10}[A-Za-z0-9_-]{3,}$"
# base64url of 44 bytes, the first of which are a checksum.
FEED_CURSOR = {"type": "string", "pattern": "^[A-Za-z0-9_-]{58}[AEIMQUYcgkosw048]$"}
SORT = (
    "The order; `-` before it is descending. `created` goes by the id, which is made of the time at which it was made. "
    "Texts are in the order of their code points, and none at all comes first."
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a signature cannot say of a parameter, and the name of its component. `schema` replaces the signature's."""

    component: str
    description: str
    example: Any
    schema: Mapping[str, Any] = field(default_factory=dict)


OF_PAGES: Mapping[str, Said] = {
    "limit": Said("Limit", "Most of them on the page.", 20),
    "cursor": Said(
        "Cursor",
        "`meta.next_cursor` of the page before, in the same order. Opaque: send it as it was answered.",
        CURSOR,
        {"type": "string", "pattern": _CURSOR},
    ),
    "count": Said("Count", "Whether to add `meta.total`.", True),
    "q": Said(
        "Search",
        "Only those with a text that has this in it, in capitals or not. Blanks around it are removed; blank is none.",
        "rent",
        {"type": "string", "maxLength": LONGEST_SEARCH, "pattern": "^[^\\u0000]*$"},
    ),
}
# By the resource's name and the filter's.
BY_HAND: Mapping[tuple[str, str], str] = {
    ("tasks", "completed"): "Only completed tasks, or only open ones.",
}

_USER_ID: dict[str, Any] = {
    "name": "user_id",
    "in": "path",
    "required": True,
    "description": (
        "The token's subject, percent-encoded once; anything else is refused with 403. A subject that has a slash has "
        "no such path: it is decoded before the route is chosen, and answered with 404. Where it is the name of a "
        "collection, the path of a list is that of one item. For both there are the routes without `user_id`."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-.0-~]+$"},
    "example": USER,
}


def _header(name: str, description: str, schema: dict[str, Any], example: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": schema, "example": example}


def _condition(name: str, description: str, example: str) -> dict[str, Any]:
    """Two kinds, and not one pattern for both: tools that make values from it find `*` only so."""
    kinds = [{"type": "string", "const": "*"}, {"type": "string", "maxLength": 2000, "pattern": _TAGS}]
    return _header(name, description, {"anyOf": kinds}, example)


IF_MATCH = _condition("If-Match", "Do it only if it has one of these versions; `*` for any.", '"1"')
IF_NONE_MATCH = _condition("If-None-Match", "Answer 304 if it has one of these versions; `*` for any.", '"1", "2"')
IDEMPOTENCY_KEY_HEADER = _header(
    "Idempotency-Key",
    "With it, the same request sent again within 24 hours gives the first one's answer and makes nothing else; "
    "another one is refused with 422. A UUID of the client's making, say. A request that makes nothing, for its id is "
    "known, leaves its key unused. Send one: two headers arrive as one key, joined by a comma.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    IDEMPOTENCY_KEY,
)


def completed(found: Mapping[str, Any], said: Said) -> dict[str, Any]:
    """A parameter as FastAPI describes it, with what it cannot know. A query has no null: what is not sent is not."""
    schema = {key: value for key, value in found["schema"].items() if key not in ("title", "description")}
    for kind in schema.pop("anyOf", ()):
        schema = kind | schema if kind != {"type": "null"} else schema
    return {
        "name": found["name"],
        "in": found["in"],
        "required": found["required"],
        "schema": said.schema or schema,
        "description": said.description,
        "example": said.example,
    }


def of_path(path: str) -> dict[str, dict[str, Any]]:
    """Those of the path that no handler's signature has: the route compares `user_id` before the handler is reached."""
    return {"UserId": _USER_ID} if "{user_id}" in path else {}


def of_signature(function: str, found: Mapping[str, Any], said: Mapping[str, Said]) -> dict[str, dict[str, Any]]:
    """By the names of their components."""
    described = {}
    for parameter in found.get("parameters", ()):
        if (name := parameter["name"]) not in said:
            raise OpenApiError(
                f"functions/{function}.py takes `{name}`, of which nothing is said: add it to the `parameters` of its "
                "operation in local/openapi/operations.py, or make it a filter of the resource's query"
            )
        described[said[name].component] = completed(parameter, said[name])
    return described
