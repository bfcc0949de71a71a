"""One history: eight clients of one or two users, and what may go wrong between them. A seed makes all of it."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.resources import RESOURCES
from tests.sync.before import served_before
from tests.sync.devices import Client, Device, Setting
from tests.sync.journal import Journal
from tests.sync.judge import Judge
from tests.sync.network import Faults, Network
from tests.sync.plain import VERBS, VERBS_BEFORE, Plain, everything
from tests.sync.replica import NoAnswer, Refused
from tests.sync.requests import serve
from tests.sync.troubles import Troubles
from tests.sync.vocabulary import Vocabulary
from tests.sync.world import World

CLIENTS = 8
# Most are short: what goes wrong at all goes wrong among few.
_STEPS = (3, 4, 4, 5, 6, 6, 16)


class Diverged(AssertionError):
    """Names the seed with which it can be played again."""


class History:
    """`repeats`: answers of the database get lost as well, and the functions may run a statement again."""

    def __init__(self, seed: int, world: World, *, repeats: bool = False) -> None:
        self.world, self.rng = world, Random(seed)
        self.words = Vocabulary(RESOURCES[seed % len(RESOURCES)])
        self.users = world.new_users(self.rng.choice([1, 1, 1, 2]))
        quota = self.rng.choice([100, 100, 100, 1])
        # Of one row and one tombstone: it takes longer until there are more, and something has to come and go.
        self.steps = self.rng.choice(_STEPS) + (6 if quota == 1 else 0)
        favourites = frozenset(["create", "delete"] if quota == 1 else [])
        world.limit(quota)
        self.judge = Judge(Journal(world.superuser, self.users), self.words, quota, repeats)
        self.setting = Setting(self.rng, self.words, favourites=favourites)
        faults = Faults(*(self.rng.choice([0, 0.15, 0.3]) for _ in range(3)))
        self.now = Network(serve, self.judge.see, self.rng, faults)
        self.before = Network(world.before.serve, self.judge.see, self.rng, faults)
        self.clients = [self._client(number) for number in range(CLIENTS)]
        self.devices = [client for client in self.clients if isinstance(client, Device)]
        self.troubles = Troubles(world, self.judge, self.users, self.now, self.clients, self.rng)

    def _client(self, number: int) -> Client:
        user = self.rng.choice(self.users)
        kind = "device" if number == 0 else self.rng.choice(["device", "plain", "plain", "before"])
        if kind == "device":
            return Device(user, self.setting, self.now)
        own = self.words.own_requests
        if kind == "plain" or self.words.collection not in served_before():
            return Plain(user, self.setting, self.now, VERBS, own, lambda: self._look(user))
        of_items = tuple(request for request in own if request.is_about_an_item)
        return Plain(user, self.setting, self.before, VERBS_BEFORE, of_items, lambda: self._look(user))

    def _look(self, user: str) -> tuple[dict[str, int], list[str]]:
        """What there is, with the version of each, and what was deleted; sometimes as it was a change before."""
        truth, earlier = self.judge.truth(user), self.rng.choice([0, 0, 1])
        seen = {item_id: max(1, entry.version - earlier) for item_id, entry in truth.rows.items()}
        return seen, sorted(truth.tombstones)

    def play(self) -> None:
        for _ in range(self.steps):
            client = self.rng.choice(self.clients)
            client.act()
            if isinstance(client, Device) and client.is_current:
                self._check_copy(client)
            self.troubles.come()
        self.troubles.end()

    def _check_copy(self, device: Device) -> None:
        """Who has just read all that there was has all that there is."""
        copied = {item_id: item["version"] for item_id, item in device.replica.copy.items()}
        there = {item_id: entry.version for item_id, entry in self.judge.truth(device.user).rows.items()}
        assert copied == there, f"missed: the copy is {copied}, and there is {there}"

    def settle(self) -> None:
        """The network is whole again: all is sent, all is read, and every copy is what the server has."""
        self.now.faults = self.before.faults = Faults()
        for device in self.devices:
            device.replica.push()
        listed = {user: self._list(user) for user in {device.user for device in self.devices}}
        for device in self.devices:
            device.replica.pull()
            assert (device.replica.outbox, device.replica.flight, device.replica.done) == ([], None, []), (
                "left to be sent"
            )
            copy = device.replica.items()
            assert copy == listed[device.user], f"missed: the copy is {copy}, and there is {listed[device.user]}"

    def _list(self, user: str) -> dict[str, dict[str, Any]]:
        items = everything(self.now, user, self.words)
        assert items.keys() == self.judge.truth(user).rows.keys(), "the list has other items than there are"
        return items


def play(seed: int, world: World, *, repeats: bool = False, calm: Callable[[], None] = lambda: None) -> None:
    """`calm` is called when all is to end well. Raises `Diverged`."""
    history = History(seed, world, repeats=repeats)
    try:
        history.play()
        calm()
        history.settle()
    except (AssertionError, NoAnswer, Refused) as failure:
        raise Diverged("\n".join([f"history {seed}: {failure!r}", *history.judge.story])) from failure
    finally:
        world.roll_back()
