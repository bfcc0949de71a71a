"""The resources as their users reach them: each store with its functions, found by their routes, and its requests."""

import importlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any
from uuid import UUID, uuid4

from fastapi.routing import APIRoute
from pydantic import BaseModel

from local import ROOT
from local.resources import Store, bodies, stores
from local.samples import fields_of, sample
from local.template import Route, read_template
from shared.core.resource.schemas import Body
from tests.api import Answer, Api

ROUTES = read_template(ROOT / "template.yaml").routes
# An id that no row has.
NOBODYS = "01890000-0000-7000-8000-000000000000"
_NAMES = {"GET": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_RESTORE = "restore"


@dataclass(frozen=True)
class Action:
    """One request about one item; `{id}` stands in the path, which begins after /api or /api/{user_id}."""

    name: str
    function: str
    method: str
    path: str
    body: Any = None

    @property
    def changes(self) -> bool:
        return self.method != "GET"


@dataclass(frozen=True)
class Resource:
    """A store and what can be asked of it over HTTP."""

    store: Store
    name: str

    def __str__(self) -> str:
        return self.name

    @property
    def create_body(self) -> type[Body]:
        return bodies(self.store).create

    @property
    def update_body(self) -> type[Body]:
        return bodies(self.store).update

    @property
    def filters(self) -> dict[str, list[Any]]:
        """The values of each filter of the list."""
        named = self.store.query.filters()
        fields = [field for field in fields_of(self.store.query) if field.name in named]
        return {field.name: list(dict.fromkeys(field.value(number) for number in range(20))) for field in fields}

    @property
    def sorts(self) -> list[str]:
        return self.store.query.sorts()

    @cached_property
    def every_action(self) -> tuple[Action, ...]:
        """Every request about one item: read, update, delete, restore, and those that this resource alone has."""
        return tuple(action for route in ROUTES for action in self._actions_of(route))

    @property
    def actions(self) -> tuple[Action, ...]:
        """Those about one that is there."""
        return tuple(action for action in self.every_action if action.name != _RESTORE)

    @property
    def changes(self) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if action.changes)

    def action(self, name: str) -> Action:
        return next(action for action in self.every_action if action.name == name)

    def function(self, method: str, path: str = "") -> str:
        """The name of the function behind the collection itself, or behind a path beneath it."""
        found = [route for route in ROUTES if route.key == f"{method} /api/{self}{path}"]
        assert found, f"template.yaml has no function for {method} /api/{self}{path}"
        return found[0].function.handler.split(".")[1]

    @property
    def collective(self) -> list[str]:
        """What changes many at once: the paths of requests without a body beneath the collection."""
        found = [route.path.split("/")[2:] for route in ROUTES if route.method == "POST"]
        beneath = [parts[1] for parts in found if parts[0] == self.name and len(parts) == 2]
        return [path for path in beneath if not _body_params(self.function("POST", f"/{path}"))]

    def body_of(self, function: str) -> type[BaseModel]:
        """The model of the body that one of its functions takes."""
        (model,) = _models_of(function)
        return model

    def _actions_of(self, route: Route) -> list[Action]:
        parts = route.path.split("/")[2:]
        if parts[0] != self.name or len(parts) < 2 or not parts[1].startswith("{"):
            return []
        function = route.function.handler.split(".")[1]
        path = "/".join(["", parts[0], "{id}", *parts[2:]])
        if len(parts) == 2:
            (body,) = _bodies_of(function, 7)
            return [Action(_NAMES[route.method], function, route.method, path, body)]
        if parts[2:] == [_RESTORE]:
            return [Action(_RESTORE, function, route.method, path)]
        return [
            Action(function if body is None else f"{function} with a body", function, route.method, path, body)
            for body in _bodies_of(function)
        ]


RESOURCES = tuple(Resource(store, store.name) for store in stores())


def _bodies_of(function: str, number: int = 0) -> list[Any]:
    """A sample of the body that the function takes; none as well, where it can do without."""
    required = any(parameter.field_info.is_required() for parameter in _body_params(function))
    optional: list[Any] = [] if required else [None]
    return [*optional, *(sample(model, number) for model in _models_of(function))]


def _body_params(function: str) -> list[Any]:
    (route, *_) = (route for route in importlib.import_module(f"functions.{function}").app.routes)
    assert isinstance(route, APIRoute)
    return list(route.dependant.body_params)


def _models_of(function: str) -> list[type[BaseModel]]:
    annotations = [parameter.field_info.annotation for parameter in _body_params(function)]
    return [model for annotation in annotations for model in _branches(annotation) if _is_model(model)]


def _branches(annotation: Any) -> tuple[Any, ...]:
    return getattr(annotation, "__args__", (annotation,))


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


@dataclass
class Client:
    """Requests of one user to one resource."""

    resource: Resource
    api: Api

    def page(self, **query: Any) -> Answer:
        return self.api.call(self.resource.function("GET"), "GET", f"/{self.resource}", query=query)

    def page_of(self, query: str) -> Answer:
        """The query as it is sent."""
        return self.api.call(self.resource.function("GET"), "GET", f"/{self.resource}", query=query)

    def create(self, body: Any, **options: Any) -> Answer:
        return self.api.call(self.resource.function("POST"), "POST", f"/{self.resource}", body=body, **options)

    def created(self, number: int = 0) -> dict[str, Any]:
        """An item made of the sample of this number, or the test ends here."""
        answer = self.create(sample(self.resource.create_body, number))
        assert answer.status == 201, answer.text
        item: dict[str, Any] = answer.data
        return item

    def get(self, item_id: str, **options: Any) -> Answer:
        return self.do("get", item_id, **options)

    def update(self, item_id: str, body: Any, **options: Any) -> Answer:
        return self.do("update", item_id, body=body, **options)

    def delete(self, item_id: str, **options: Any) -> Answer:
        return self.do("delete", item_id, **options)

    def patch(self, item_id: str, body: Any, **options: Any) -> Answer:
        return self.do("patch", item_id, body=body, **options)

    def restore(self, item_id: str, **options: Any) -> Answer:
        return self.do(_RESTORE, item_id, **options)

    def changes(self, after: str | None = None, **query: Any) -> Answer:
        query |= {} if after is None else {"after": after}
        return self.api.call(self.resource.function("GET", "/changes"), "GET", f"/{self.resource}/changes", query=query)

    def batch(self, *operations: Any, seq: int = 1, client_id: str | None = None, **more: Any) -> Answer:
        """As a client that nobody has been before, unless it is named."""
        body = {"client_id": client_id or str(uuid4()), "seq": seq, "operations": operations} | more
        return self.api.call(self.resource.function("POST", "/batch"), "POST", f"/{self.resource}/batch", body=body)

    def collectively(self, path: str) -> Answer:
        return self.api.call(self.resource.function("POST", f"/{path}"), "POST", f"/{self.resource}/{path}")

    def delete_many(self, **filters: Any) -> Answer:
        return self.api.call(self.resource.function("DELETE"), "DELETE", f"/{self.resource}", query=filters)

    def feed(self, after: str | None = None, **query: Any) -> tuple[list[dict[str, Any]], str]:
        """All changes, page by page, and the cursor in the end."""
        page = self.changes(after, **query).json
        found = list(page["data"])
        while page["meta"]["more"]:
            page = self.changes(page["meta"]["cursor"], **query).json
            found += page["data"]
        return found, page["meta"]["cursor"]

    def do(self, action: str | Action, item_id: str, **options: Any) -> Answer:
        """One action on one item, with the body that the action has unless another is given."""
        found = self.resource.action(action) if isinstance(action, str) else action
        path = found.path.replace("{id}", item_id)
        return self.api.call(found.function, found.method, path, **{"body": found.body} | options)

    def total(self, **filters: Any) -> int:
        return int(self.page(count=True, limit=1, **filters).json["meta"]["total"])

    def everything(self) -> list[dict[str, Any]]:
        """All items, page by page, newest first."""
        page = self.page(limit=100).json
        items = list(page["data"])
        while cursor := page["meta"]["next_cursor"]:
            page = self.page(limit=100, cursor=cursor).json
            items += page["data"]
        return items


def says(item: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether an item holds what was sent, whichever way the times in it are spelled."""
    return all(
        item[name] == value or _instant(item[name]) == _instant(value) is not None for name, value in sent.items()
    )


def _instant(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def new_id() -> str:
    """A UUIDv7 as a client makes it."""
    milliseconds = time.time_ns() // 1_000_000
    return str(UUID(int=milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)))


def item_for(client: Client, request: str, number: int = 0) -> str:
    """The id of an item such as the request is about."""
    item_id: str = client.created(number)["id"]
    if request == _RESTORE:
        assert client.delete(item_id).status == 204
    return item_id


def requests_of(client: Client) -> dict[str, Callable[[str], Answer]]:
    """Every request that the resource takes, given the id of an item."""
    resource, body, key = client.resource, sample(client.resource.create_body), {"idempotency-key": "k"}
    requests: dict[str, Callable[[str], Answer]] = {
        "list": lambda _: client.page(),
        "count": lambda _: client.page(count=True),
        "create": lambda _: client.create(body),
        "create under a key": lambda _: client.create(body, headers=key),
        "create again": lambda _: client.create(body, headers=key),
    }
    for name, values in resource.filters.items():
        requests[f"filter by {name}"] = partial(_filtered, client, {name: values[0]})
        requests[f"delete all filtered by {name}"] = partial(_deleted, client, {name: values[0]})
    for sort in resource.sorts:
        requests[f"sort by {sort}"] = partial(_listed, client, {"sort": sort})
    requests["search"] = partial(_listed, client, {"q": "a"})
    requests["changes"] = lambda _: client.changes()
    requests["create with an id"] = lambda _: client.create(body | {"id": new_id()})
    requests["batch"] = lambda item_id: client.batch(*operations_on(resource, item_id))
    for path in resource.collective:
        requests[path] = partial(_collectively, client, path)
    for action in resource.every_action:
        requests[action.name] = partial(client.do, action)
    return requests


def operations_on(resource: Resource, item_id: str) -> list[dict[str, Any]]:
    """One of each kind that every resource has."""
    return [
        {"op": "create", "id": new_id(), **sample(resource.create_body, 2)},
        {"op": "patch", "id": item_id, "patch": sample(resource.update_body, 3)},
        {"op": "delete", "id": item_id},
    ]


def _filtered(client: Client, filters: dict[str, Any], _: str) -> Answer:
    return client.page(count=True, **filters)


def _listed(client: Client, query: dict[str, Any], _: str) -> Answer:
    return client.page(**query)


def _collectively(client: Client, path: str, _: str) -> Answer:
    return client.collectively(path)


def _deleted(client: Client, filters: dict[str, Any], _: str) -> Answer:
    return client.delete_many(**filters)
