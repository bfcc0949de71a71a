"""Every status that docs/openapi.yaml has for an operation can be brought about: none stands there for nothing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from local import ROOT
from local.template import Route, read_template
from shared.core.environment import environment
from shared.core.http.bodies import MAX_BODY_BYTES
from tests.api import Answer, Api, LambdaContext, token_for
from tests.contract.document import load_document, requests

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
    query: str = ""
    body: Any = None
    context: LambdaContext = field(default_factory=LambdaContext)

    def send(self, **replaced: Any) -> Answer:
        said = {"headers": self.headers, "query": self.query, "body": body_of(self.route)} | replaced
        api = Api(said.pop("user", self.user), context=said.pop("context", self.context))
        path = filled(self.route.path, said.pop("item_id", self.item_id)).removeprefix("/api")
        function = self.route.function.handler.split(".")[1]
        return api.call(function, self.route.method, path, **said)


def operation_of(route: Route) -> dict[str, Any]:
    described: dict[str, Any] = DOCUMENT["paths"][route.path][route.method.lower()]
    return described


def body_of(route: Route) -> Any:
    """The first example, where there must be a body."""
    operation = operation_of(route)
    return requests(operation)[0] if operation.get("requestBody", {}).get("required") else None


def filled(path: str, item_id: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: "alice" if found[1] == "user_id" else item_id, path)


def made_for(route: Route) -> str:
    """The id of a new item of the collection that the route is in; of nothing where it is in none."""
    collection, _, rest = route.path.replace("/{user_id}", "").partition("/{")
    if not rest:
        return str(uuid4())
    created: str = Request(ROUTES[f"POST {collection}"], "").send().data["id"]
    return created


def documented(route: Route) -> set[str]:
    return set(operation_of(route)["responses"])


def limited(request: Request, patch: pytest.MonkeyPatch) -> Answer:
    """Past the limit; a new minute may begin in between."""
    patch.setenv("RATE_LIMIT_PER_MINUTE", "1")
    answers = [request.send() for _ in range(3)]
    return next((answer for answer in answers if answer.status == 429), answers[0])


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


CAUSES: Mapping[str, Callable[[Request, pytest.MonkeyPatch], Answer]] = {
    "304": lambda request, _: request.send(headers={"if-none-match": "*"}),
    "400": unreadable,
    "401": lambda request, _: request.send(user=None),
    "403": lambda request, _: request.send(user="bob"),
    "404": lambda request, _: request.send(item_id=str(uuid4())),
    "409": full,
    "412": lambda request, _: request.send(headers={"if-match": '"999"'}),
    "413": lambda request, _: request.send(body="x" * (MAX_BODY_BYTES + 1)),
    "415": lambda request, _: request.send(body="x", headers={"content-type": "text/plain"}),
    "422": invalid,
    "429": limited,
    "500": defective,
    "503": unreachable,
}


def start_anew() -> None:
    """The settings are read again with the next request, as in a new process."""
    if environment.cache_info().currsize:
        environment().connections.close()
    environment.cache_clear()


def good(request: Request, _: pytest.MonkeyPatch) -> Answer:
    return request.send()


@pytest.mark.parametrize("key", ROUTES)
def test_every_documented_status_occurs(key: str, served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    route, occurred = ROUTES[key], {}
    for status in documented(route):
        request = Request(route, made_for(route))
        start_anew()
        with monkeypatch.context() as patch:
            occurred[status] = str(CAUSES.get(status, good)(request, patch).status)
        start_anew()

    assert occurred == {status: status for status in documented(route)}
