"""Requests, and how they reach the functions: as events of API Gateway, to the real handlers, in this process."""

import importlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from local.gateway.routing import match
from tests import api
from tests.api import Answer, LambdaContext, http_event, token_for
from tests.resources import NOBODYS, ROUTES

_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CONTEXT = LambdaContext()


@dataclass(frozen=True)
class Request:
    """One request of one user; `path` begins after the host."""

    user: str
    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        said = [
            self.user,
            self.method,
            self.path,
            *(str(part) for part in (self.query, self.body, self.headers) if part),
        ]
        return " ".join(said)

    @property
    def handler(self) -> str:
        """The function behind its route."""
        return _handler(self.method, _UUID.sub(NOBODYS, self.path))

    @property
    def item_id(self) -> str | None:
        found = _UUID.search(self.path)
        return found[0] if found else None

    @property
    def item_id_made(self) -> str | None:
        """Of a new item, where the client has chosen it."""
        return self.body.get("id") if self.method == "POST" and self.body else None

    @property
    def is_batch(self) -> bool:
        return self.path.endswith("/batch")

    @property
    def is_feed(self) -> bool:
        return self.path.endswith("/changes")

    @property
    def expected(self) -> int | None:
        """The version that If-Match names."""
        tag = self.headers.get("if-match")
        return int(tag.strip('"')) if tag else None

    @property
    def says_once(self) -> bool:
        """Whether the server can tell a repetition: by a number, an id, a key, or the version that it was meant for."""
        makes = self.method == "POST" and self.body is not None and ("id" in self.body or "seq" in self.body)
        return bool(self.headers.keys() & {"idempotency-key", "if-match"}) or makes

    def event(self) -> dict[str, Any]:
        headers = {"host": "localhost", "authorization": f"Bearer {_token(self.user)}", **self.headers}
        if self.body is None:
            return http_event(self.method, self.path, self.query, headers, None)
        sent = {"content-type": "application/json", **headers}
        return http_event(self.method, self.path, self.query, sent, json.dumps(self.body))


Serve = Callable[[Request], Answer]


def serve(request: Request) -> Answer:
    """By the functions of this process: one execution environment, one request at a time."""
    module, _, name = request.handler.rpartition(".")
    event = request.event()
    result = getattr(importlib.import_module(module), name)(event, _CONTEXT)
    answer = Answer(result["statusCode"], result["headers"], result["body"])
    for observe in api.OBSERVERS:
        observe(module.removeprefix("functions."), event, answer)
    return answer


@cache
def _handler(method: str, path: str) -> str:
    found = match(ROUTES, method, path)
    assert found is not None, f"{method} {path}"
    return found[0].function.handler


@cache
def _token(user: str) -> str:
    return token_for(user)
