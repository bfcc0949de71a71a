"""What requests carry beside their bodies. FastAPI knows path and query; the rest handlers read by themselves."""

import re
from typing import Any

from local.openapi.examples import CURSOR, IDEMPOTENCY_KEY, TASK, USER

_TAG = r'(W/)?"[!#-~\x80-\xff]*"'
# Blanks around a header's value are no part of it.
_TAGS = rf"^(\*|{_TAG}([ \t]*,[ \t]*{_TAG})*)$"
# base64url of a UUIDv7; to clients it is opaque.
_CURSOR = "^[A-Za-z0-9_-]{8}[c-f][A-Za-z0-9_-][CGKOSWaeimquy26-][A-Za-z0-9_-]{10}[AQgw]$"

_USER_ID: dict[str, Any] = {
    "name": "user_id",
    "in": "path",
    "required": True,
    "description": "The token's subject; anything else is refused with 403.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": USER,
}
_SAID_OF: dict[str, dict[str, Any]] = {
    "task_id": {"description": "The task's id.", "example": TASK["id"]},
    "limit": {"description": "Most tasks on the page.", "example": 20},
    "cursor": {
        "description": "`meta.next_cursor` of the page before. Opaque: send it as it was answered.",
        "schema": {"type": "string", "pattern": _CURSOR},
        "example": CURSOR,
    },
    "completed": {"description": "Only completed tasks, or only open ones.", "example": False},
    "count": {"description": "Whether to add `meta.total`.", "example": True},
}


def _header(name: str, description: str, schema: dict[str, Any], example: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": schema, "example": example}


def _condition(name: str, description: str, example: str) -> dict[str, Any]:
    schema = {"type": "string", "format": "entity-tags", "maxLength": 2000, "pattern": _TAGS}
    return _header(name, description, schema, example)


IF_MATCH = _condition("If-Match", "Do it only if the task has one of these versions; `*` for any.", '"1"')
IF_NONE_MATCH = _condition("If-None-Match", "Answer 304 if the task has one of these versions.", '"1", "2"')
IDEMPOTENCY_KEY_HEADER = _header(
    "Idempotency-Key",
    "With it, the same request sent again within 24 hours gives the first one's answer and makes no other task. "
    "A UUID of the client's making, say.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    IDEMPOTENCY_KEY,
)


def components() -> dict[str, Any]:
    """Those that no signature knows; the others join them as they are found."""
    return {
        component_name(parameter): parameter
        for parameter in (_USER_ID, IF_MATCH, IF_NONE_MATCH, IDEMPOTENCY_KEY_HEADER)
    }


def completed(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter as FastAPI describes it, with what it cannot know. A query has no null: what is not sent is not."""
    name = parameter["name"]
    schema = {key: value for key, value in parameter["schema"].items() if key not in ("title", "description")}
    for kind in schema.pop("anyOf", ()):
        schema = kind | schema if kind != {"type": "null"} else schema
    return {"name": name, "in": parameter["in"], "required": parameter["required"], "schema": schema} | _SAID_OF[name]


def of_path(path: str) -> list[dict[str, Any]]:
    """Those of the path that no handler's signature has: the route compares `user_id` before the handler is reached."""
    return [_USER_ID] if "{user_id}" in path else []


def component_name(parameter: dict[str, Any]) -> str:
    """`task_id` -> `TaskId`; headers keep their names."""
    name: str = parameter["name"]
    return name if parameter["in"] == "header" else re.sub(r"(?:^|_)([a-z])", lambda found: found[1].upper(), name)
