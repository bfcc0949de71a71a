"""Ten execution environments connect at once to a sleeping compute: all are served, or told that nothing was done."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle

import psycopg
import pytest

from local.postgres.server import EmbeddedPostgres
from shared.core.auth.verifier import Caller
from shared.core.database.connection import ConnectionSource
from shared.core.database.retry import LEAST_BUDGET_S, MAX_ATTEMPTS
from shared.core.database.session import Session
from shared.core.deadline import LONGEST_S, Deadline
from shared.core.errors import ServiceUnavailable
from shared.tasks import TaskCreate, TaskQuery, TaskStore
from tests.conftest import database_of
from tests.neon.waking import Waking, sleeping
from tests.stores import connection_source

ENVIRONMENTS = 10
# Neon says a few hundred milliseconds; this is the slow end of it.
WAKE_S = 0.8
USER = "alice"
TITLES = [f"task-{number}" for number in range(ENVIRONMENTS)]


class Environments:
    """Each has a connection of its own, and one request at a time."""

    def __init__(self, url: str, stack: ExitStack) -> None:
        self.sources = [stack.enter_context(connection_source(url)) for _ in range(ENVIRONMENTS)]
        self.failures = dict[str, Exception]()
        self._together = threading.Barrier(ENVIRONMENTS)

    def create(self, titles: list[str], *, seconds: float = LONGEST_S) -> None:
        """A request of each, all at once; every other under a key."""

        def create(title: str, source: ConnectionSource) -> None:
            self._together.wait(20)
            try:
                key = title if titles.index(title) % 2 else None
                _store(source, seconds).create(TaskCreate(title=title), key)
            except Exception as failure:  # noqa: BLE001  # it is what is looked at
                self.failures[title] = failure

        threads = [threading.Thread(target=create, args=pair) for pair in zip(titles, self.sources, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def seen(self) -> list[set[str]]:
        """By each of them, afterwards."""
        query = TaskQuery(limit=100)
        return [{task.title for task in _store(source).list(query).data} for source in self.sources]


def _store(source: ConnectionSource, seconds: float = LONGEST_S) -> TaskStore:
    return TaskStore(Caller(USER, None, None, 0), Session(source, USER, Deadline.after(seconds)))


def stored(server: EmbeddedPostgres, url: str) -> Counter[str]:
    with psycopg.connect(server.url(database_of(url))) as connection:
        return Counter(title for (title,) in connection.execute("select title from tasks"))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_who_is_held_while_it_wakes_connects_once(
    functions_url: str, postgres: EmbeddedPostgres, stack: ExitStack
) -> None:
    compute, url = stack.enter_context(sleeping(functions_url, wake_s=WAKE_S, becomes=lambda _: Waking.HELD))
    environments = Environments(url, stack)

    environments.create(TITLES)

    assert environments.failures == {}
    assert stored(postgres, functions_url) == dict.fromkeys(TITLES, 1)
    assert compute.connections == compute.while_waking == ENVIRONMENTS


@pytest.mark.parametrize("becomes", [[Waking.NO_COMPUTE], [*Waking]], ids=["refused", "mixed"])
def test_whatever_becomes_of_a_connect_while_it_wakes_all_are_served_once(
    functions_url: str, postgres: EmbeddedPostgres, stack: ExitStack, becomes: list[Waking]
) -> None:
    said = cycle(becomes)
    compute, url = stack.enter_context(sleeping(functions_url, wake_s=WAKE_S, becomes=lambda _: next(said)))
    environments = Environments(url, stack)

    environments.create(TITLES)

    assert environments.failures == {}
    assert stored(postgres, functions_url) == dict.fromkeys(TITLES, 1)
    assert ENVIRONMENTS <= compute.while_waking < compute.connections <= ENVIRONMENTS * MAX_ATTEMPTS
    # And nobody holds it against the compute that it slept.
    dialled = compute.connections
    assert environments.seen() == [set(TITLES)] * ENVIRONMENTS
    assert [source.breaker.probing for source in environments.sources] == [False] * ENVIRONMENTS
    assert compute.connections == dialled


def test_who_cannot_wait_so_long_is_told_that_nothing_was_done_and_then_finds_it_awake(
    functions_url: str, postgres: EmbeddedPostgres, stack: ExitStack
) -> None:
    """The dials that are under way serve: nobody dials again, and no breaker opens."""
    seconds = LEAST_BUDGET_S + 0.1
    compute, url = stack.enter_context(sleeping(functions_url, wake_s=seconds + 0.4, becomes=lambda _: Waking.HELD))
    environments = Environments(url, stack)
    early, late = ([f"{when}-{n}" for n in range(ENVIRONMENTS)] for when in ("early", "late"))

    environments.create(early, seconds=seconds)
    told, environments.failures = environments.failures, {}
    environments.create(late)

    assert [type(failure) for failure in told.values()] == [ServiceUnavailable] * ENVIRONMENTS
    assert min(getattr(failure, "retry_after", 0) for failure in told.values()) > 0
    assert environments.failures == {}
    assert stored(postgres, functions_url) == dict.fromkeys(late, 1)
    assert compute.connections == ENVIRONMENTS


def test_a_compute_that_does_not_wake_is_dialled_so_often_and_no_more(
    functions_url: str, postgres: EmbeddedPostgres, stack: ExitStack
) -> None:
    compute, url = stack.enter_context(sleeping(functions_url, wake_s=60, becomes=lambda _: Waking.NO_COMPUTE))
    environments = Environments(url, stack)

    environments.create(TITLES)

    assert len(environments.failures) == ENVIRONMENTS
    assert {type(failure) for failure in environments.failures.values()} == {ServiceUnavailable}
    assert stored(postgres, functions_url) == Counter()
    dialled = compute.connections
    assert dialled <= ENVIRONMENTS * MAX_ATTEMPTS
    # Whose pause is over asks by a single dial, and the others by none.
    environments.create(TITLES)
    assert compute.connections <= dialled + ENVIRONMENTS
