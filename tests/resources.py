"""The resources as their users reach them: each store with its functions, found by their routes, and its requests."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any

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
_NAMES = {"GET": "get", "PUT": "update", "DELETE": "delete"}


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

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """Every request about one item: read, update, delete, and those that this resource alone has."""
        return tuple(action for route in ROUTES for action in self._actions_of(route))

    @property
    def changes(self) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if action.changes)

    def action(self, name: str) -> Action:
        return next(action for action in self.actions if action.name == name)

    def function(self, method: str) -> str:
        """The name of the function behind the collection itself."""
        found = [route for route in ROUTES if route.key == f"{method} /api/{self}"]
        assert found, f"template.yaml has no function for {method} /api/{self}"
        return found[0].function.handler.split(".")[1]

    def _actions_of(self, route: Route) -> list[Action]:
        parts = route.path.split("/")[2:]
        if parts[0] != self.name or len(parts) < 2:
            return []
        function = route.function.handler.split(".")[1]
        path = "/".join(["", parts[0], "{id}", *parts[2:]])
        if len(parts) == 2:
            body = sample(self.update_body, 7) if route.method == "PUT" else None
            return [Action(_NAMES[route.method], function, route.method, path, body)]
        return [
            Action(function if body is None else f"{function} with a body", function, route.method, path, body)
            for body in _bodies_of(function)
        ]


RESOURCES = tuple(Resource(store, store.name) for store in stores())


def _bodies_of(function: str) -> list[Any]:
    """A sample of the body that the function takes; none as well, where it can do without."""
    (route, *_) = (route for route in importlib.import_module(f"functions.{function}").app.routes)
    assert isinstance(route, APIRoute)
    if not route.dependant.body_params:
        return [None]
    (parameter,) = route.dependant.body_params
    models = [model for model in _branches(parameter.field_info.annotation) if _is_model(model)]
    optional: list[Any] = [] if parameter.field_info.is_required() else [None]
    return [*optional, *(sample(model) for model in models)]


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
    for action in resource.actions:
        requests[action.name] = partial(client.do, action)
    return requests


def _filtered(client: Client, filters: dict[str, Any], _: str) -> Answer:
    return client.page(count=True, **filters)
