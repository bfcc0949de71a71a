"""Clients that work offline: each keeps a replica, edits it, and has a connection now and then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, Protocol
from uuid import UUID

from tests.sync.network import Network
from tests.sync.replica import NoAnswer, Replica
from tests.sync.requests import Request
from tests.sync.vocabulary import Vocabulary

_EDITS = ("create", "patch", "own", "delete")


@dataclass
class Setting:
    """What the clients of a history share: chance, what an item may be, texts that nobody else writes, and what they
    do most; how often they do the rest differs from history to history."""

    rng: Random
    vocabulary: Vocabulary
    numbers: Callable[[], int] = field(default_factory=lambda: count(1).__next__)
    favourites: frozenset[str] = frozenset()
    weights: dict[str, float] = field(default_factory=dict)

    def choose(self, verbs: Sequence[str]) -> str:
        for verb in verbs:
            if verb not in self.weights:
                self.weights[verb] = 6 if verb in self.favourites else self.rng.choice([0.2, 1, 2])
        return self.rng.choices(verbs, [self.weights[verb] for verb in verbs])[0]

    def new_id(self) -> str:
        """A UUIDv7 that is the same whenever the history is played."""
        random = self.rng.getrandbits(74)
        milliseconds = 1_780_000_000_000 + self.rng.randrange(10**6)
        return str(UUID(int=milliseconds << 80 | 7 << 76 | (random >> 62) << 64 | 2 << 62 | random & (1 << 62) - 1))


class Client(Protocol):
    def act(self) -> None: ...


@dataclass
class Device:
    """`is_current`: it has just read all that there was."""

    user: str
    setting: Setting
    network: Network
    replica: Replica = field(init=False)
    is_current: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        rng, words = self.setting.rng, self.setting.vocabulary
        self.replica = Replica(
            words.collection,
            words.singular,
            self._send,
            self.setting.new_id,
            page=rng.choice([2, 3, 100, 100]),
            atomic=rng.random() < 0.2,
            client_id=self.setting.new_id(),
        )

    def _send(self, method: str, path: str, *, query: dict[str, Any], body: Any) -> tuple[int, Any]:
        answer = self.network.send(Request(self.user, method, path, query, body))
        if answer.status in (429, 503):
            raise NoAnswer
        return answer.status, answer.json

    def act(self) -> None:
        rng, self.is_current = self.setting.rng, False
        for _ in range(rng.choice([0, 1, 1, 2, 3])):
            self._edit()
        try:
            if rng.random() < 0.8:
                self.replica.push()
            if rng.random() < 0.5:
                self.replica.pull()
                self.is_current = True
        except NoAnswer:
            pass

    def _edit(self) -> None:
        rng, words, number = self.setting.rng, self.setting.vocabulary, self.setting.numbers()
        known = sorted(self.replica.items())
        edit = self.setting.choose(_EDITS)
        if not known or edit == "create":
            self.replica.create(words.new(number))
            return
        item_id, careful = rng.choice(known), rng.random() < 0.5
        if edit == "delete":
            self.replica.delete(item_id, unless_changed=careful)
        elif edit == "own" and words.own_operations:
            self.replica.do(words.own_operation(item_id, number), unless_changed=careful)
        else:
            self.replica.patch(item_id, words.some(number, rng), unless_changed=careful)
