"""The values that the examples are made of: one row of one user, and what a request for it says.

Of a resource of which nobody has written any they are made from its schemas, the same each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from local.openapi import OpenApiError
from shared.account import Account, AccountEnvelope
from shared.core.http.cursor import ListCursor
from shared.core.resource.export import ExportCursor
from shared.core.resource.schemas import NEWEST_FIRST, Body, Count, Envelope, PageMeta, Public
from shared.export import ExportMeta, ExportPage, KeptRow
from shared.health import Health, HealthEnvelope
from shared.tables.export import EXPORT
from shared.tasks import TaskCreate, TaskPublic, TaskUpdate

USER = "alice"
# Of the shape that API Gateway gives them.
REQUEST_ID = "JKJaXmPLvHcESHA="
IDEMPOTENCY_KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"
ITEM_ID, ANOTHER_ID = "01963f5e-7a10-7c3e-9d2b-4f6a8c1e5b70", "01963f5e-7a10-7c3e-9d2b-4f6a8c1e5b71"
CURSOR = ListCursor(UUID(ITEM_ID)).encoded(NEWEST_FIRST)

# What each row has, whatever the resource, when it is new.
CREATED = {
    "id": ITEM_ID,
    "user_id": USER,
    "version": 1,
    "created_at": "2026-04-16T09:30:00Z",
    "updated_at": "2026-04-16T09:30:00Z",
}

_OF_FORMAT = {
    "date-time": "2026-05-01T09:00:00Z",
    "date": "2026-05-01",
    "uuid": ANOTHER_ID,
}


@dataclass(frozen=True, slots=True)
class Examples:
    """One row of a resource: as it is answered, `changed` after the request `change`; `new` made it."""

    item: Mapping[str, Any]
    changed: Mapping[str, Any]
    new: Mapping[str, Any]
    change: Mapping[str, Any]


def later(item: Mapping[str, Any]) -> dict[str, Any]:
    """When the item was changed, in the evening, and its version since."""
    evening = datetime.fromisoformat(item["updated_at"]).replace(hour=17)
    return {"version": item["version"] + 1, "updated_at": evening.isoformat().replace("+00:00", "Z")}


def in_envelope(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"data": item}


def page(*items: Mapping[str, Any]) -> dict[str, Any]:
    """The last one, where there is nothing on it."""
    last = PageMeta(limit=50, next_cursor=None)
    meta = PageMeta(limit=len(items), next_cursor=CURSOR, total=12) if items else last
    return {"data": list(items), "meta": meta.model_dump(mode="json")}


def _json(value: BaseModel) -> dict[str, Any]:
    return value.model_dump(mode="json")


def sampled(create: type[Body], update: type[Body], public: type[Public]) -> Examples:
    """One row: as it is sent, as it is answered, and as it is after a change that leaves out what may be none."""
    new, derived = samples_of(create), samples_of(public)
    nullable = {name for name, schema in _properties(update).items() if {"type": "null"} in schema.get("anyOf", ())}
    change = {name: None if name in nullable else value for name, value in samples_of(update).items()}
    item = public.model_validate(derived | new | CREATED).model_dump(mode="json")
    changed = public.model_validate(item | change | later(item)).model_dump(mode="json")
    return Examples(item, changed, new, change)


def samples_of(model: type[BaseModel]) -> dict[str, Any]:
    """A value for each of its fields."""
    return {name: _sample(model, name, schema) for name, schema in _properties(model).items()}


def _properties(model: type[BaseModel]) -> dict[str, Any]:
    found: dict[str, Any] = model.model_json_schema()["properties"]
    return found


def _sample(model: type[BaseModel], name: str, schema: Mapping[str, Any]) -> Any:
    kind = next((one for one in schema.get("anyOf", ()) if one != {"type": "null"}), schema)
    if "const" in kind or "enum" in kind:
        return kind["const"] if "const" in kind else kind["enum"][0]
    match kind.get("type"):
        case "boolean":
            return True
        case "integer" | "number":
            return max(kind.get("minimum", 1), min(kind.get("maximum", 1), 1))
        case "string":
            return _OF_FORMAT.get(kind.get("format", "")) or _text(name, kind)
        case "array":
            return []
    raise OpenApiError(f"nothing says what {model.__name__}.{name} looks like: write examples of it into {__name__}")


def _text(name: str, kind: Mapping[str, Any]) -> str:
    return name.replace("_", " ").capitalize()[: kind.get("maxLength")]


def completed(model: type[BaseModel], said: Mapping[str, Any]) -> dict[str, Any]:
    """A body written by hand, with what the model has come to require since."""
    required = model.model_json_schema().get("required", [])
    return {name: value for name, value in samples_of(model).items() if name in required} | dict(said)


_OPEN = {"completed": False, "completed_at": None}
_NEW_TASK = completed(TaskCreate, {"title": "Pay the rent", "description": "By bank transfer"})
_TASK = _json(TaskPublic.model_validate(samples_of(TaskPublic) | CREATED | _NEW_TASK | _OPEN))
_COMPLETED_TASK = {**_TASK, **later(_TASK), "completed": True, "completed_at": later(_TASK)["updated_at"]}
_CHANGE = completed(TaskUpdate, {"title": _TASK["title"], "description": None, "completed": True})

# By the resource's name; of the others they are made from their schemas.
BY_HAND: Mapping[str, Examples] = {
    "tasks": Examples(item=_TASK, changed={**_COMPLETED_TASK, **_CHANGE}, new=_NEW_TASK, change=_CHANGE)
}

A_COMPLETED_TASK = in_envelope(_COMPLETED_TASK)
COUNTED = _json(Envelope(data=Count(count=3)))
AN_ACCOUNT = _json(
    AccountEnvelope(data=Account(id=USER, email="alice@example.com", name="Alice", tasks=12, completed_tasks=5))
)
EXPORT_CURSOR = EXPORT.encoded(ExportCursor(key=()), USER)
AN_EXPORT = _json(
    ExportPage(
        data=[
            KeptRow(
                table=EXPORT.tables[0].name,
                row={"id": USER, "email": "alice@example.com", "name": "Alice", "created_at": CREATED["created_at"]},
            )
        ],
        meta=ExportMeta(next_cursor=EXPORT_CURSOR),
    )
)
HEALTH = _json(HealthEnvelope(data=Health(commit="9f2c1d7e4b8a05c36de1f07a92b48c5d3e6f1a0b", schema_revision="1503")))
