"""Eight clients at the same time, through the fault proxy to several execution environments: what took turns in the
other histories now truly meets."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from random import Random
from typing import Any

import psycopg
import pytest

from local.login.role import PURGE
from local.postgres.server import EmbeddedPostgres
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.conftest import OWNER, login_url
from tests.proxy import Fault, Proxy
from tests.sync import mutations
from tests.sync.amount import a_nights, seeds
from tests.sync.crowd import QUOTA, Crowd, together
from tests.sync.environments import execution_environments
from tests.sync.history import Diverged
from tests.sync.network import Faults
from tests.sync.requests import Serve
from tests.sync.test_histories import mixed
from tests.sync.world import open_world
from tests.walls import functions_restored

pytestmark = pytest.mark.heavy

CROWDS = a_nights(200)
# Of the crowds in which writes that do not wait for one another must have met.
MOST = 30
_numbers = count()


@pytest.fixture(scope="module")
def serve(proxied: tuple[Proxy, str]) -> Iterator[Serve]:
    settings = {"AUTH_SECRET": DEVELOPMENT_SECRET, "RATE_LIMIT_PER_MINUTE": "0", "QUOTA_ROWS": str(QUOTA)}
    with execution_environments({"DATABASE_URL": proxied[1], **settings}) as serve:
        yield serve


@pytest.fixture
def play(
    serve: Serve, proxied: tuple[Proxy, str], journaled: str, postgres: EmbeddedPostgres
) -> Iterator[Callable[[int], None]]:
    """Plays the history of a seed; a second run of it meets other users, and another order."""
    proxy, _ = proxied

    def played(seed: int) -> None:
        proxy.fault = mixed(Random(seed))
        user = f"crowd-{next(_numbers)}"
        calm = partial(setattr, proxy, "fault", lambda: Fault.NONE)
        Crowd(seed, user, serve, superuser, login_url(postgres, journaled)).play(calm)

    with psycopg.connect(postgres.url(journaled), autocommit=True) as superuser:
        yield played


def test_clients_at_the_same_time_lose_and_double_nothing(play: Callable[[int], None]) -> None:
    for seed in seeds(0, CROWDS):
        play(seed)


def test_they_find_a_revision_that_is_read_without_the_lock(
    play: Callable[[int], None], journaled: str, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    database_url = postgres.url(journaled, OWNER)
    with functions_restored(database_url):
        mutations.read_without_lock(monkeypatch, database_url)

        # A revision that goes back may also leave a feed that has no end.
        found = r"INTERNAL_ERROR|unique constraint|was committed after|doubled|lost|missed|CURSOR_EXPIRED"
        with pytest.raises(Diverged, match=found):
            deque(map(play, range(MOST)))


def deadlocks(superuser: psycopg.Connection[Any]) -> int:
    """As the server counts them; a session tells of its own when it ends at the latest."""
    others = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    superuser.execute(f"select pg_terminate_backend(pid) {others}".encode())
    while superuser.execute(f"select {others}".encode()).fetchone():
        time.sleep(0.01)
    superuser.execute("select pg_stat_clear_snapshot()")
    ((counted,),) = superuser.execute("select deadlocks from pg_stat_database where datname = current_database()")
    return int(counted)


@pytest.fixture
def write(
    serve: Serve, proxied: tuple[Proxy, str], journaled: str, postgres: EmbeddedPostgres
) -> Iterator[Callable[[int], Counter[str]]]:
    """So many writes of one user at the same time, while its account ends now and then, and what is old is purged;
    gives the deadlocks there were, and the answers that tell of trouble."""
    proxied[0].fault = lambda: Fault.NONE
    functions_url, purge_url = login_url(postgres, journaled), login_url(postgres, journaled, PURGE)

    def written(number: int) -> Counter[str]:
        user, before = f"crowd-{next(_numbers)}", deadlocks(superuser)
        crowd = Crowd(0, user, serve, superuser, functions_url, Faults())
        over, purged = threading.Event(), list[int]()

        def go_on() -> bool:
            writes = sum(request.method != "GET" for request, _ in crowd.served)
            return writes < number

        def clients() -> None:
            try:
                crowd.mingle(go_on, crowd.end_account)
            finally:
                over.set()

        def purge() -> None:
            with open_world(postgres.url(journaled), functions_url, purge_url) as world:
                while not over.wait(0.02):
                    # It is counted; and an account may begin while its days are moved.
                    with suppress(psycopg.errors.DeadlockDetected, psycopg.errors.ForeignKeyViolation):
                        purged.append(world.pass_days([user], 95))

        together([clients, purge])
        assert sum(purged), "nothing was purged beside them"
        troubles = Counter(f"{answer.status} {answer.code}" for _, answer in crowd.served if answer.status >= 500)
        return troubles + Counter(deadlocks=deadlocks(superuser) - before)

    with psycopg.connect(postgres.url(journaled), autocommit=True) as superuser:
        yield written


def test_writes_of_one_user_never_wait_for_one_another_in_a_circle(write: Callable[[int], Counter[str]]) -> None:
    assert write(a_nights(10_000)) == Counter()


def test_if_they_did_it_would_be_counted(
    write: Callable[[int], Counter[str]], journaled: str, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    database_url = postgres.url(journaled, OWNER)
    with functions_restored(database_url):
        mutations.row_before_owner(monkeypatch, database_url)

        assert any(write(100)["deadlocks"] for _ in range(MOST))
