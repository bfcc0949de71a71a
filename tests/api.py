"""A client that calls the real handlers with API Gateway events, in this process."""

import importlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from inspect import unwrap
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode

import jwt
from pydantic_core.core_schema import ErrorType

from local import ROOT
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.tracing import traced

FUNCTIONS = {
    ("GET", "/tasks"): "list_tasks",
    ("POST", "/tasks"): "create_task",
    ("GET", "/tasks/{task_id}"): "get_task",
    ("PUT", "/tasks/{task_id}"): "update_task",
    ("DELETE", "/tasks/{task_id}"): "delete_task",
    ("PATCH", "/tasks/{task_id}/complete"): "complete_task",
}
_DOCUMENTED = (ROOT / "docs" / "api.md").read_text().split("The `code` of a detail is", 1)[1].split("\n\n", 1)[0]
# What docs/api.md says that a detail may have.
CODES = (set(get_args(ErrorType)) - {"value_error"}) | set(re.findall(r"`([a-z0-9_]+)`", _DOCUMENTED))
FAR_FUTURE = 4102444800
# Each gets the function's name, the event and the answer of every call.
OBSERVERS: list[Callable[[str, Mapping[str, Any], "Answer"], object]] = []


@contextmanager
def observed(observe: Callable[[str, Mapping[str, Any], "Answer"], object]) -> Iterator[None]:
    OBSERVERS.append(observe)
    try:
        yield
    finally:
        OBSERVERS.remove(observe)


def token_for(user: str, **claims: Any) -> str:
    return _token_of(user) if not claims else _token_for(user, claims)


@cache
def _token_of(user: str) -> str:
    """Always the same, and signed once."""
    return _token_for(user, {})


def _token_for(user: str, claims: Mapping[str, Any]) -> str:
    payload = {"sub": user, "email": f"{user}@example.com", "name": user.title(), "exp": FAR_FUTURE, **claims}
    return jwt.encode(payload, DEVELOPMENT_SECRET, algorithm="HS256")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])

    @property
    def fields(self) -> list[str]:
        return [detail["field"] for detail in self.json["error"]["details"]]


@dataclass
class LambdaContext:
    """What Lambda passes beside the event, as far as the code reads it."""

    remaining_ms: int = 10_000
    function_name: str = "test"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:test"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@dataclass
class Api:
    """Requests of one user. `by_user` takes the /api/{user_id}/tasks family of routes."""

    user: str | None = "alice"
    by_user: bool = False
    context: LambdaContext = field(default_factory=LambdaContext)

    def list(self, **query: Any) -> Answer:
        return self.call("list_tasks", "GET", "/tasks", query=query)

    def create(self, body: Any = None, **options: Any) -> Answer:
        return self.call("create_task", "POST", "/tasks", body=body, **options)

    def created(self, title: str = "Buy milk", **more: Any) -> dict[str, Any]:
        """A task that was made, or the test ends here."""
        answer = self.create({"title": title} | more)
        assert answer.status == 201, answer.text
        task: dict[str, Any] = answer.data
        return task

    def get(self, task_id: str, **options: Any) -> Answer:
        return self.call("get_task", "GET", f"/tasks/{task_id}", **options)

    def update(self, task_id: str, body: Any = None, **options: Any) -> Answer:
        return self.call("update_task", "PUT", f"/tasks/{task_id}", body=body, **options)

    def delete(self, task_id: str, **options: Any) -> Answer:
        return self.call("delete_task", "DELETE", f"/tasks/{task_id}", **options)

    def complete(self, task_id: str, body: Any = None, **options: Any) -> Answer:
        return self.call("complete_task", "PATCH", f"/tasks/{task_id}/complete", body=body, **options)

    def call(
        self,
        function: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | str = "",
        body: Any = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Invoke one function; `path` is decoded, as API Gateway hands it over.

        A body that is not text is sent as JSON; a header of None is left out.
        """
        prefix = f"/api/{self.user or 'nobody'}" if self.by_user else "/api"
        sent: dict[str, str | None] = {
            "host": "localhost",
            "content-type": None if body is None else "application/json",
        }
        sent["authorization"] = f"Bearer {token_for(self.user)}" if self.user else None
        sent |= headers or {}
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        event = http_event(method, prefix + path, query, {k: v for k, v in sent.items() if v is not None}, text)
        # Whether it is traced is settled when it is imported; here, by the environment of the test.
        handler = traced("request")(unwrap(importlib.import_module(f"functions.{function}").handler))
        result = handler(event, self.context)
        answer = Answer(result["statusCode"], result["headers"], result["body"])
        for observe in OBSERVERS:
            observe(function, event, answer)
        return answer


def http_event(
    method: str, path: str, query: Mapping[str, Any] | str, headers: Mapping[str, str], body: str | None
) -> dict[str, Any]:
    """An API Gateway event, payload 2.0."""
    raw_query = query if isinstance(query, str) else urlencode({k: _spelled(v) for k, v in query.items()})
    event = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": raw_query,
        "headers": dict(headers),
        "queryStringParameters": dict(parse_qsl(raw_query)),
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "requestId": "test-request",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    return event | ({} if body is None else {"body": body})


def _spelled(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
