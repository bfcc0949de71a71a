"""What goes wrong beside the clients: slow transactions, killed sessions, weeks that pass, accounts that end."""

from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from tests.api import Answer
from tests.sync.devices import Client, Device
from tests.sync.judge import Judge
from tests.sync.network import Network
from tests.sync.plain import Plain
from tests.sync.replica import NoAnswer, Replica
from tests.sync.requests import Request
from tests.sync.world import World, aged

_UNKNOWN = Answer(503, {}, '{"error": {"code": "OUTCOME_UNKNOWN"}}')
# A key lives one day, a cursor 90, a tombstone 91.
_DAYS = (2, 50, 95)


@dataclass
class Troubles:
    world: World
    judge: Judge
    users: list[str]
    network: Network
    clients: list[Client]
    rng: Random
    # Was run, and is not committed yet.
    open: tuple[Request, Answer] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        # Each history has some of them, for all together would hide one another.
        every = {self._slow: 0.35, self._late: 0.25, self._days: 0.05, self._account: 0.05, self._kill: 0.01}
        self._kinds = [(kind, chance) for kind, chance in every.items() if self.rng.random() < 0.5]

    def come(self) -> None:
        for kind, chance in self._kinds:
            if self.rng.random() < chance:
                kind()

    def end(self) -> None:
        """What is under way comes to its end."""
        self._slow_ends()
        while self.network.late:
            self.network.deliver_late()

    def _slow(self) -> None:
        """The next write takes long: it began before this, and its client gives up. Or it comes to its end."""
        if self.world.in_transaction:
            self._slow_ends()
        else:
            self.judge.story.append("a transaction begins")
            self.world.begin()
            self.network.serve_slowly = self._serve_slowly

    def _serve_slowly(self, request: Request) -> Answer:
        answer = self.world.serve_slowly(request)
        if not self.world.in_transaction:
            return answer
        self.open = request, answer
        raise NoAnswer

    def _slow_ends(self) -> None:
        """It is done, or the server ends it."""
        if not self.world.in_transaction:
            return
        open_, self.open, self.network.serve_slowly = self.open, None, None
        killed = self.rng.random() < 0.1
        self.judge.story.append("it is killed" if killed else "it is committed")
        self.world.kill() if killed else self.world.commit()
        if open_ is None or open_[0].path == "/api/me":
            self.judge.read()  # an account that was not there was waited for by nobody, and may have come since
        else:
            self.judge.see(open_[0], _UNKNOWN if killed else open_[1], False)

    def _late(self) -> None:
        if self.network.late:
            self.network.deliver_late()

    def _days(self) -> None:
        if self.open:
            return
        days = self.rng.choice(_DAYS)
        self.judge.story.append(f"{days} days pass")
        self.world.pass_days(self.users, days)
        self.network.late.clear()  # nothing is on its way for so long
        self.judge.days_passed = True
        for client in self.clients:
            if isinstance(client, Plain):
                client.again = None
            elif isinstance(client, Device):
                self._age(client.replica, days)

    def _age(self, replica: Replica, days: int) -> None:
        if replica.cursor:
            told = self.judge.told[replica.cursor]
            replica.cursor = aged(replica.cursor, replica.collection, days)
            self.judge.told[replica.cursor] = told
        if replica.flight:
            self.judge.adrift |= self.judge.vocabulary.texts_of(replica.flight["operations"])

    def _account(self) -> None:
        """One of them goes, with all that it holds; its devices go on."""
        with suppress(NoAnswer):
            self.network.send(Request(self.rng.choice(self.users), "DELETE", "/api/me"))

    def _kill(self) -> None:
        self.world.kill_idle()
