"""Eight clients at the same time: threads that send to several execution environments, and a session is killed now
and then. What comes first nobody says, so answers are held against the journal when all is over (verdict.py)."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from random import Random
from typing import Any

import psycopg

from shared.core.database.quotas import Quotas
from shared.core.deadline import Deadline
from tests.api import Answer
from tests.resources import RESOURCES
from tests.stores import connection_source
from tests.sync.before import Before, served_before
from tests.sync.devices import Client, Device, Setting
from tests.sync.history import Diverged
from tests.sync.journal import Journal
from tests.sync.network import Faults, Network
from tests.sync.plain import VERBS, VERBS_BEFORE, Plain, everything
from tests.sync.replica import NoAnswer, Refused
from tests.sync.requests import Request, Serve
from tests.sync.verdict import check
from tests.sync.vocabulary import Vocabulary

CLIENTS = 8
# So that tombstones are trimmed too.
QUOTA = 12
_STEPS = 8
FAULTS = Faults(0.1, 0.1, 0.15)


@dataclass
class Crowd:
    """One history, of one user. `functions_url` is for the deployment before: its clients have a connection each."""

    seed: int
    user: str
    serve: Serve
    superuser: psycopg.Connection[Any]
    functions_url: str
    faults: Faults = FAULTS
    served: list[tuple[Request, Answer]] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = Vocabulary(RESOURCES[self.seed % len(RESOURCES)])
        # Imported here, and not by eight threads at once.
        assert self.words.own_operations is not None

    def play(self, calm: Callable[[], None]) -> None:
        """`calm` is called when all is to end well. Raises `Diverged`."""
        journal, steps = Journal(self.superuser, [self.user]), iter(range(CLIENTS * _STEPS))
        try:
            self.mingle(lambda: next(steps, None) is not None, self._trouble)
            calm()
            self._settle()
            check(journal.new(), self.served, self.words)
        except (AssertionError, NoAnswer, Refused) as failure:
            told = (f"{request}: {answer.status} {answer.text}" for request, answer in self.served)
            raise Diverged("\n".join([f"history {self.seed}: {failure!r}", *told])) from failure

    def mingle(self, go_on: Callable[[], bool], trouble: Callable[[Random], None]) -> None:
        """Each client acts as long as it is to go on, and makes trouble after each act."""
        numbers = count(1).__next__

        def run(number: int) -> None:
            setting = Setting(Random(self.seed * CLIENTS + number), self.words, numbers)
            with connection_source(self.functions_url) as source:
                before = Before(lambda: source.get(Deadline.after(9)), lambda: Quotas(row_quota=QUOTA))
                network = Network(self.serve, self._see, setting.rng, self.faults)
                client = self._client(number, setting, network, before)
                while go_on():
                    with suppress(NoAnswer):
                        client.act()
                        self._late(network)
                    trouble(setting.rng)
                self._late(network, everything=True)

        together([partial(run, number) for number in range(CLIENTS)])

    def _late(self, network: Network, *, everything: bool = False) -> None:
        while network.late and (everything or network.rng.random() < 0.3):
            network.deliver_late()

    def _client(self, number: int, setting: Setting, network: Network, before: Before) -> Client:
        if number < 3:
            self.devices.append(Device(self.user, setting, network))
            return self.devices[-1]
        own = self.words.own_requests
        if number < 6 or self.words.collection not in served_before():
            return Plain(self.user, setting, network, VERBS, own, self._look(network))
        network.serve = before.serve
        of_items = tuple(request for request in own if request.is_about_an_item)
        return Plain(self.user, setting, network, VERBS_BEFORE, of_items, self._look(network))

    def _look(self, network: Network) -> Callable[[], tuple[dict[str, int], list[str]]]:
        seen: dict[str, int] = {}

        def look() -> tuple[dict[str, int], list[str]]:
            now = {item_id: item["version"] for item_id, item in everything(network, self.user, self.words).items()}
            gone = sorted(seen.keys() - now.keys())
            seen.update(now)
            return now, gone

        return look

    def _see(self, request: Request, answer: Answer, late: bool) -> None:
        if not late:  # nobody hears that one
            self.served.append((request, answer))

    def _trouble(self, rng: Random) -> None:
        self.end_account(rng)
        if rng.random() < 0.03:
            self.superuser.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and state = 'active' and pid <> pg_backend_pid()"
            )

    def end_account(self, rng: Random) -> None:
        if rng.random() < 0.02:
            self.serve(Request(self.user, "DELETE", "/api/me"))

    def _settle(self) -> None:
        for device in self.devices:
            device.network.faults = Faults()
            device.replica.push()
        listed = everything(self.devices[0].network, self.user, self.words)
        for device in self.devices:
            device.replica.pull()
            copy = device.replica.items()
            assert copy == listed, f"missed: the copy is {copy}, and there is {listed}"


def together(jobs: list[Callable[[], None]]) -> None:
    """In threads; the first failure is raised."""
    failures: list[BaseException] = []

    def run(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as failure:  # noqa: BLE001  # a thread's failure is the test's
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for failure in failures:
        raise failure
