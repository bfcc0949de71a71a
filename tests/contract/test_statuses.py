"""Every status that docs/openapi.yaml has for an operation can be brought about: none stands there for nothing."""

import importlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from local import ROOT
from local.resources import stores
from local.template import Route, read_template
from shared.core.environment import environment
from shared.core.http.bodies import BodyLimits
from tests.api import Answer, Api, LambdaContext, token_for
from tests.contract.document import load_document, requests, resolved
from tests.minutes import limit

ROUTES = {route.key: route for route in read_template(ROOT / "template.yaml").routes}
DOCUMENT = load_document()
# One attempt to connect, and no time for another.
IN_A_HURRY = LambdaContext(remaining_ms=1_600)


@dataclass
class Request:
    """What is sent to one operation: good, but for what a test replaces."""

    route: Route
    item_id: str
    user: str | None = "alice"
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: Any = None
    context: LambdaContext = field(default_factory=LambdaContext)

    @property
    def function(self) -> str:
        return self.route.function.handler.split(".")[1]

    @property
    def limits(self) -> BodyLimits:
        found: BodyLimits = importlib.import_module(f"functions.{self.function}").app.state.body_limits
        return found

    def send(self, **replaced: Any) -> Answer:
        said = {"headers": self.headers, "query": query_of(self.route), "body": body_of(self.route)} | replaced
        api = Api(said.pop("user", self.user), context=said.pop("context", self.context))
        path = filled(self.route.path, said.pop("item_id", self.item_id)).removeprefix("/api")
        return api.call(self.function, self.route.method, path, **said)

    def of_its_item(self, method: str) -> Answer:
        """What else is asked of the item that this request is for."""
        return Request(ROUTES[f"{method} {collection_of(self.route)}/{self.item_parameter}"], self.item_id).send()

    @property
    def item_parameter(self) -> str:
        return next(
            f"{{{store.singular}_id}}" for store in stores() if collection_of(self.route) == f"/api/{store.name}"
        )


def operation_of(route: Route) -> dict[str, Any]:
    described: dict[str, Any] = DOCUMENT["paths"][route.path][route.method.lower()]
    return described


def body_of(route: Route) -> Any:
    """The first example, where there must be a body."""
    operation = operation_of(route)
    return requests(operation)[0] if operation.get("requestBody", {}).get("required") else None


def query_of(route: Route) -> str:
    """The example of what must be there; a deletion by filters wants one of them."""
    asked = [one for one in parameters_of(route) if one["required"] or route.method == "DELETE"]
    return "&".join(f"{one['name']}={in_query(one['example'])}" for one in asked)


def parameters_of(route: Route) -> list[dict[str, Any]]:
    """Of the query."""
    named = (resolved(DOCUMENT, parameter) for parameter in operation_of(route).get("parameters", ()))
    return [one for one in named if one["in"] == "query"]


def in_query(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def filled(path: str, item_id: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: "alice" if found[1] == "user_id" else item_id, path)


def made_for(route: Route) -> str:
    """The id of a new item of the collection that the route is in; of nothing where it is in none."""
    if "/{" not in route.path.replace("/{user_id}", ""):
        return str(uuid4())
    created: str = Request(ROUTES[f"POST {collection_of(route)}"], "").send().data["id"]
    return created


def collection_of(route: Route) -> str:
    return "/".join(route.path.replace("/{user_id}", "").split("/")[:3])


def documented(route: Route) -> set[str]:
    return set(operation_of(route)["responses"])


def good(request: Request, _: pytest.MonkeyPatch) -> Answer:
    return request.send()


def limited(request: Request, patch: pytest.MonkeyPatch) -> Answer:
    """Past the limit, which is what one request counts as."""
    body = body_of(request.route) or {}
    limit(patch, len(body.get("operations", "1")))
    request.send()
    return request.send()


def defective(request: Request, patch: pytest.MonkeyPatch) -> Answer:
    patch.setenv("RATE_LIMIT_PER_MINUTE", "none")
    return request.send()


def unreachable(request: Request, patch: pytest.MonkeyPatch) -> Answer:
    patch.setenv("DATABASE_URL", "postgresql://alice@127.0.0.1:1/tasks?sslmode=disable")
    return request.send(context=IN_A_HURRY)


def full(request: Request, patch: pytest.MonkeyPatch) -> Answer:
    patch.setenv("QUOTA_ROWS", "1")
    request.send()
    return request.send()


def unreadable(request: Request, _: pytest.MonkeyPatch) -> Answer:
    if "health" in request.route.path:
        return request.send(headers={"x": "\ud800"})
    return request.send(headers={"authorization": f"Bearer {token_for('alice')},Bearer {token_for('bob')}"})


def invalid(request: Request, _: pytest.MonkeyPatch) -> Answer:
    return request.send(query="limit=0", item_id="1", body={} if request.route.method == "POST" else None)


def twice(request: Request, _: pytest.MonkeyPatch) -> Answer:
    """The id is the client's own."""
    body = with_id(request)
    request.send(body=body)
    return request.send(body=body)


def of_what_is_gone(request: Request, _: pytest.MonkeyPatch) -> Answer:
    body = with_id(request)
    request.item_id = request.send(body=body).data["id"]
    request.of_its_item("DELETE")
    return request.send(body=body)


def with_id(request: Request) -> dict[str, Any]:
    """The example that has one, with one of its own."""
    body = next(body for body in requests(operation_of(request.route)) if "id" in body)
    return {**body, "id": f"{uuid4().hex[:12]}7{body['id'].replace('-', '')[13:]}"}


def restored(request: Request, _: pytest.MonkeyPatch) -> Answer:
    request.of_its_item("DELETE")
    return request.send()


def overtaken(request: Request, _: pytest.MonkeyPatch) -> Answer:
    body = body_of(request.route) | {"client_id": str(uuid4())}
    for seq in (1, 2):
        assert request.send(body=body | {"seq": seq}).status == 200
    return request.send(body=body | {"seq": 1})


def after_a_gap(request: Request, _: pytest.MonkeyPatch) -> Answer:
    return request.send(body=body_of(request.route) | {"seq": 2, "client_id": str(uuid4())})


def of_another_account(request: Request, _: pytest.MonkeyPatch) -> Answer:
    """The example's."""
    (after,) = (one["example"] for one in parameters_of(request.route) if one["name"] == "after")
    return request.send(query=f"after={after}")


CAUSES: Mapping[str, Callable[[Request, pytest.MonkeyPatch], Answer]] = {
    "304": lambda request, _: request.send(headers={"if-none-match": "*"}),
    "400": unreadable,
    "401": lambda request, _: request.send(user=None),
    "403": lambda request, _: request.send(user="bob"),
    "404": lambda request, _: request.send(item_id=str(uuid4())),
    "409": full,
    "412": lambda request, _: request.send(headers={"if-match": '"999"'}),
    "413": lambda request, _: request.send(body="x" * (request.limits.size + 1)),
    "415": lambda request, _: request.send(body="x", headers={"content-type": "text/plain"}),
    "422": invalid,
    "429": limited,
    "500": defective,
    "503": unreachable,
}


# Where it is brought about in another way, by the function's name; and what is good of others is not good of these.
OWN_CAUSES: Mapping[tuple[str, str], Callable[[Request, pytest.MonkeyPatch], Answer]] = {
    key: cause
    for store in stores()
    for key, cause in {
        (f"create_{store.singular}", "200"): twice,
        (f"create_{store.singular}", "410"): of_what_is_gone,
        (f"restore_{store.singular}", "200"): restored,
        (f"restore_{store.singular}", "409"): good,
        (f"list_{store.singular}_changes", "410"): of_another_account,
        (f"batch_{store.name}", "409"): overtaken,
        (f"batch_{store.name}", "410"): after_a_gap,
    }.items()
}


def cause_of(status: str, function: str) -> Callable[[Request, pytest.MonkeyPatch], Answer]:
    return OWN_CAUSES.get((function, status)) or CAUSES.get(status, good)


def start_anew() -> None:
    """The settings are read again with the next request, as in a new process."""
    if environment.cache_info().currsize:
        environment().connections.close()
    environment.cache_clear()


@pytest.mark.parametrize("key", ROUTES)
def test_every_documented_status_occurs(key: str, served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    route, occurred = ROUTES[key], {}
    for status in documented(route):
        request = Request(route, made_for(route))
        start_anew()
        with monkeypatch.context() as patch:
            occurred[status] = str(cause_of(status, request.function)(request, patch).status)
        start_anew()

    assert occurred == {status: status for status in documented(route)}
