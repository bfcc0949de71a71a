"""The requests that are measured, by name, as API Gateway's events: each anew, so that each changes something."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from random import getrandbits
from typing import Any
from uuid import UUID, uuid4

from benchmarks.database import TASK, TASKS
from local.tokens.mint import mint
from tests.api import http_event

OPERATIONS = 100
_BODY = {"title": "Water the plants", "description": "The ones in the kitchen too"}


def events(name: str, user: str) -> Iterator[dict[str, Any]]:
    """One request after the other."""
    headers = {"host": "localhost", "authorization": f"Bearer {mint(user)}"}
    made = _REQUESTS[name](str(uuid4()))
    for number in count(1):
        method, path, query, body = made(number)
        typed = {} if body is None else {"content-type": "application/json"}
        yield http_event(method, path, query, headers | typed, None if body is None else json.dumps(body))


def is_answered(name: str, answer: Mapping[str, Any]) -> bool:
    """As it is to be, or it is not measured."""
    if answer["statusCode"] not in (200, 201):
        return False
    body = json.loads(answer["body"])
    data = body.get("data", body) if isinstance(body, dict) else body  # who has no envelope answers with the rows
    wanted = {"list": TASKS, "batch": OPERATIONS, "list of 100": OPERATIONS, "changes": OPERATIONS}.get(name)
    return wanted is None or len(data) == wanted


_Request = tuple[str, str, str, Any]


def _list(_: str) -> Callable[[int], _Request]:
    return lambda _: ("GET", "/api/tasks", f"limit={TASKS}", None)


def _list_of_100(_: str) -> Callable[[int], _Request]:
    return lambda _: ("GET", "/api/tasks", f"limit={OPERATIONS}", None)


def _changes(_: str) -> Callable[[int], _Request]:
    return lambda _: ("GET", "/api/tasks/changes", f"limit={OPERATIONS}", None)


def _get(_: str) -> Callable[[int], _Request]:
    return lambda _: ("GET", f"/api/tasks/{TASK}", "", None)


def _patch(_: str) -> Callable[[int], _Request]:
    return lambda number: ("PATCH", f"/api/tasks/{TASK}", "", {"title": f"Title {number}"})


def _create(_: str) -> Callable[[int], _Request]:
    return lambda _: ("POST", "/api/tasks", "", _BODY)


def _batch(client_id: str) -> Callable[[int], _Request]:
    """The same as `create`, so many times."""

    def made(seq: int) -> _Request:
        operations = [{"op": "create", "id": _new_id(), **_BODY} for _ in range(OPERATIONS)]
        return "POST", "/api/tasks/batch", "", {"client_id": client_id, "seq": seq, "operations": operations}

    return made


def _new_id() -> str:
    """A UUIDv7 as a client makes it."""
    milliseconds = time.time_ns() // 1_000_000
    return str(UUID(int=milliseconds << 80 | 7 << 76 | getrandbits(12) << 64 | 2 << 62 | getrandbits(62)))


_REQUESTS = {
    "list": _list,
    "list of 100": _list_of_100,
    "changes": _changes,
    "get": _get,
    "create": _create,
    "patch": _patch,
    "batch": _batch,
}
