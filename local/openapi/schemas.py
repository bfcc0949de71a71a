"""The schemas of bodies: pydantic's, and what cannot be said in types."""

from collections.abc import Mapping
from typing import Any

from local.openapi.examples import CURSOR, TASK, USER
from shared.core.resource.schemas import LONGEST_PAGE
from shared.tables.tasks import DESCRIPTION_LENGTH, TITLE_LENGTH

# What trims a title: Unicode's White_Space, as Rust and so pydantic sees it.
_BLANK = "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
_WITHOUT_NUL = "^[^\\u0000]*$"
_TITLE = {
    "pattern": f"^[^\\u0000]*[^\\u0000{_BLANK}][^\\u0000]*$",
    "description": "Blanks around it are removed. Not blank, and without NUL.",
    "examples": [TASK["title"]],
}
_DESCRIPTION = {
    "anyOf": [{"type": "string", "maxLength": DESCRIPTION_LENGTH, "pattern": _WITHOUT_NUL}, {"type": "null"}],
    "description": "Blanks around it are removed; blank is none. Without NUL.",
    "examples": [TASK["description"]],
}
_UTC = {"type": "string", "format": "date-time", "pattern": "Z$"}
_COUNT = {"minimum": 0}


def _text_up_to(length: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": length}


_SAID_OF: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "TaskCreate": {"title": _TITLE, "description": _DESCRIPTION},
    "TaskUpdate": {"title": _TITLE, "description": _DESCRIPTION, "completed": {"description": "Left out: unchanged."}},
    "TaskCompletion": {},
    "TaskPublic": {
        "id": {"description": "UUIDv7, so it sorts by age.", "examples": [TASK["id"]]},
        "user_id": {"description": "Its owner: the token's subject.", "examples": [USER]},
        "title": _text_up_to(TITLE_LENGTH),
        "description": {"anyOf": [_text_up_to(DESCRIPTION_LENGTH), {"type": "null"}]},
        "completed_at": {"anyOf": [_UTC, {"type": "null"}], "description": "There if it is completed."},
        "created_at": _UTC,
        "updated_at": _UTC,
    },
    "TaskEnvelope": {},
    "PageMeta": {
        "limit": {"minimum": 1, "maximum": LONGEST_PAGE},
        "next_cursor": {"description": "For the next page; null on the last.", "examples": [CURSOR]},
        "total": {"type": "integer", **_COUNT, "description": "There if `count=true` was asked for."},
    },
    "TaskPage": {"data": {"maxItems": LONGEST_PAGE}},
    "Account": {"tasks": _COUNT, "completed_tasks": _COUNT},
    "AccountEnvelope": {},
    "Health": {},
    "HealthEnvelope": {},
}
# Requests may leave out what has a default; answers have everything, but for this.
_REQUESTS = frozenset({"TaskCreate", "TaskUpdate", "TaskCompletion"})
_LEFT_OUT = {"PageMeta": {"total"}}


def completed(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Pydantic's schema of this model, closed and with what is said above."""
    said = _SAID_OF[name]
    properties = {key: _property(value, said.get(key, {})) for key, value in schema["properties"].items()}
    required = schema.get("required", [])
    if name not in _REQUESTS:
        required = [key for key in properties if key not in _LEFT_OUT.get(name, ())]
    if unknown := said.keys() - properties.keys():
        raise KeyError(f"{name} has no {', '.join(sorted(unknown))}")
    described = {key: schema[key] for key in ("description",) if key in schema}
    return {
        "type": "object", **described, "properties": properties, "required": required, "additionalProperties": False
    }  # fmt: skip


def _property(schema: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """A `type` that is said replaces a choice of types."""
    kept = {key: value for key, value in schema.items() if key not in ("title", "default")}
    if "type" in said:
        kept.pop("anyOf", None)
    return {**kept, **said}
