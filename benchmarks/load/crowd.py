"""Users who keep tasks, and what they ask for next: a mix such as an app with a screen and a copy on a device makes."""

import json
import random
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID, uuid4

from benchmarks.load.request import Request
from local.tokens.mint import mint

# In parts of the whole. As many tasks are deleted as are made, so that what is kept stays as much.
WEIGHTS = {
    "list": 24,
    "get": 20,
    "changes": 16,
    "create": 8,
    "patch": 8,
    "update": 4,
    "complete": 6,
    "delete": 8,
    "search": 3,
    "batch": 3,
}
_WORDS = ("rent", "milk", "call", "report", "garden", "tickets", "letter", "bicycle")
_LIFETIME_S = 12 * 3600


@dataclass(slots=True)
class _User:
    """What the apps of one user know. Nobody asks for what is about to be deleted, so that each answer is foreseen."""

    token: str
    kept: Sequence[str]
    """Ids of tasks that stay."""
    made: list[str]
    """Of those that may be deleted."""
    cursor: str = ""
    devices: list[tuple[str, int]] = field(default_factory=list)
    """The clients that send no batch just now, with the number of their last one."""


class Crowd:
    """The users by their names, each with the ids of the tasks that stay and of those that may go."""

    def __init__(self, users: Mapping[str, tuple[Sequence[str], Sequence[str]]], seed: int) -> None:
        self._random = random.Random(seed)
        self._users = [
            _User(mint(name, lifetime_s=_LIFETIME_S), kept, list(made)) for name, (kept, made) in users.items()
        ]
        self._makers: dict[str, Callable[[_User], Request]] = {
            "list": _list,
            "get": self._get,
            "changes": _changes,
            "create": self._create,
            "patch": self._patch,
            "update": self._update,
            "complete": self._complete,
            "delete": self._delete,
            "search": self._search,
            "batch": self._batch,
        }

    def next_request(self, kind: str = "") -> Request:
        """Of any user; of any kind, as often as its weight says, unless one is named."""
        (chosen,) = (kind,) if kind else self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))
        return self._makers[chosen](self._random.choice(self._users))

    def _get(self, user: _User) -> Request:
        return Request("get", "GET", self._one_of(user), user.token)

    def _create(self, user: _User) -> Request:
        return Request("create", "POST", "/api/tasks", user.token, self._task(), expected=201, learn=_made(user))

    def _patch(self, user: _User) -> Request:
        return Request("patch", "PATCH", self._one_of(user), user.token, {"title": self._title()})

    def _update(self, user: _User) -> Request:
        return Request("update", "PUT", self._one_of(user), user.token, self._task())

    def _complete(self, user: _User) -> Request:
        body = {"completed": self._random.random() < 0.5}
        return Request("complete", "PATCH", f"{self._one_of(user)}/complete", user.token, body)

    def _delete(self, user: _User) -> Request:
        """The oldest that may go; where there is none, one is made in its place."""
        if not user.made:
            return self._create(user)
        return Request("delete", "DELETE", f"/api/tasks/{user.made.pop(0)}", user.token, expected=204)

    def _search(self, user: _User) -> Request:
        return Request("search", "GET", "/api/tasks", user.token, query=f"q={self._random.choice(_WORDS)}")

    def _batch(self, user: _User) -> Request:
        """What a device did while it was away: some tasks changed, and one made."""
        client, seq = user.devices.pop() if user.devices else (str(uuid4()), 0)
        made = new_id()
        changed = self._random.sample(user.kept, min(4, len(user.kept)))
        operations = [{"op": "patch", "id": task, "patch": {"title": self._title()}} for task in changed]
        body = {
            "client_id": client,
            "seq": seq + 1,
            "operations": [*operations, {"op": "create", "id": made, **self._task()}],
        }

        def learn(_: bytes) -> None:
            user.devices.append((client, seq + 1))
            user.made.append(made)

        return Request("batch", "POST", "/api/tasks/batch", user.token, body, learn=learn)

    def _one_of(self, user: _User) -> str:
        return f"/api/tasks/{self._random.choice(user.kept)}"

    def _title(self) -> str:
        return f"{self._random.choice(_WORDS)} {self._random.randrange(10**6)}"

    def _task(self) -> dict[str, str]:
        return {"title": self._title(), "description": "What is to be done, and by when"}


def _list(user: _User) -> Request:
    return Request("list", "GET", "/api/tasks", user.token, query="limit=50")


def _changes(user: _User) -> Request:
    query = f"after={user.cursor}" if user.cursor else ""
    return Request("changes", "GET", "/api/tasks/changes", user.token, query=query, learn=partial(_read_on, user))


def _read_on(user: _User, answer: bytes) -> None:
    user.cursor = json.loads(answer)["meta"]["cursor"]


def _made(user: _User) -> Callable[[bytes], None]:
    return lambda answer: user.made.append(json.loads(answer)["data"]["id"])


def new_id() -> str:
    """A UUIDv7 as a device makes it."""
    milliseconds = time.time_ns() // 1_000_000
    return str(UUID(int=milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)))
