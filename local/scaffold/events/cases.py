"""What the owner asks of each endpoint, and is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.scaffold.events.answers import success
from local.scaffold.events.rows import id_of, row_of
from local.scaffold.resource import Resource

_STALE_VERSION = 7
_UNCHANGED: dict[str, Any] = {"version": 1}
_CHANGED: dict[str, Any] = {"version": 2, "updated_at": "<time>"}


@dataclass(frozen=True, slots=True)
class Case:
    """`item` is the id in the path."""

    answer: dict[str, Any]
    item: str | None = None
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None


def _list(resource: Resource) -> Case:
    return Case(success(200, {"data": _rows(resource)[::-1], "meta": {"limit": 50, "next_cursor": None}}))


def _create(resource: Resource) -> Case:
    made = row_of(resource, 3, id="<uuid>", created_at="<time>", updated_at="<time>")
    return Case(_one(made, 201, location=f"/api/{resource.names.plural}/<uuid>"), body=resource.body(3))


def _get(resource: Resource) -> Case:
    return Case(_one(row_of(resource, 1)), item=id_of(resource, 1))


def _update(resource: Resource) -> Case:
    changed = resource.other_body(1)
    return Case(_one(_after(resource, changed)), item=id_of(resource, 1), body=changed)


def _patch(resource: Resource) -> Case:
    patch = _difference(resource)
    return Case(_one(_after(resource, patch)), item=id_of(resource, 1), body=patch)


def _delete(resource: Resource) -> Case:
    return Case(success(204, None), item=id_of(resource, 1))


def _restore(resource: Resource) -> Case:
    return Case(_one(row_of(resource, 4, **_CHANGED)), item=id_of(resource, 4))


def _changes(resource: Resource) -> Case:
    """From the beginning, where no tombstones are."""
    items = [{"id": row["id"], "deleted": False, resource.names.singular: row} for row in _rows(resource)]
    return Case(success(200, {"data": items, "meta": {"cursor": "<cursor>", "more": False}}))


def _batch(resource: Resource) -> Case:
    """One of each kind, and one that expects another version."""
    (first, second), patch = (row["id"] for row in _rows(resource)), _difference(resource)
    operations = [
        {"op": "create", "id": id_of(resource, 7), **resource.body(3)},
        {"op": "patch", "id": first, "version": 1, "patch": patch},
        {"op": "patch", "id": second, "version": _STALE_VERSION, "patch": patch},
        {"op": "delete", "id": first},
    ]
    changed = _after(resource, patch)["version"]
    results = [
        _result("done", 1, "<any>"),
        _result("done", changed, None if changed == 1 else "<any>"),
        _result("stale", 1),
        _result("done", None, "<any>"),
    ]
    answer = {"data": results, "current": [row_of(resource, 2)], "meta": {"replayed": False}}
    return Case(success(200, answer), body={"client_id": id_of(resource, 6), "seq": 1, "operations": operations})


def _delete_many(resource: Resource) -> Case:
    wanted, rows = resource.filters[0], _rows(resource)
    count = sum(row[wanted.name] == wanted.sample(1) for row in rows)
    return Case(success(200, {"data": {"count": count}}), query={wanted.name: wanted.in_query(1)})


# By the endpoint's verb.
CASES: Mapping[str, Callable[[Resource], Case]] = {
    "list": _list,
    "create": _create,
    "get": _get,
    "update": _update,
    "patch": _patch,
    "delete": _delete,
    "restore": _restore,
    "changes": _changes,
    "batch": _batch,
    "delete_many": _delete_many,
}


def _rows(resource: Resource) -> list[dict[str, Any]]:
    """All that are there, in the order in which they were made."""
    return [row_of(resource, number) for number in (1, 2)]


def _difference(resource: Resource) -> dict[str, Any]:
    """One field of the first row with another value, where one can have another."""
    before = resource.body(1)
    differing = [(name, value) for name, value in resource.other_body(1).items() if value != before[name]]
    return dict(differing[:1])


def _after(resource: Resource, sent: dict[str, Any]) -> dict[str, Any]:
    """The first row, as what was sent leaves it."""
    before = row_of(resource, 1)
    changed = {**before, **sent}
    return changed | (_UNCHANGED if changed == before else _CHANGED)


def _one(row: dict[str, Any], status: int = 200, **headers: str) -> dict[str, Any]:
    return success(status, {"data": row}, {**headers, "etag": f'"{row["version"]}"'})


def _result(status: str, version: int | None, revision: str | None = None) -> dict[str, Any]:
    return {"status": status, "version": version, "revision": revision}
