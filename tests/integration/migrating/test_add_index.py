"""An index comes beside transactions that last: it waits for them, and nobody waits for it."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from local.postgres.server import EmbeddedPostgres
from migrations import patience
from tests.integration.migrating.conftest import Migrate
from tests.integration.migrating.versions import REQUESTS, VERSIONS, Version, add_migration, copy_of_the_project

pytestmark = pytest.mark.heavy

NAME = "tasks_owner_title"
STATE = f"select indisvalid, indisready from pg_index where indexrelid = '{NAME}'::regclass"
BUILDING = "select wait_event from pg_stat_activity where query like 'create index concurrently%' and state = 'active'"


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    directory = copy_of_the_project(tmp_path).directory / VERSIONS
    add_migration(directory, f'add_index("{NAME}", "tasks (user_id, title)")')
    return directory


@pytest.fixture
def watching(postgres: EmbeddedPostgres, database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres.url(database), autocommit=True) as connection:
        yield connection


@contextmanager
def transaction(postgres: EmbeddedPostgres, database: str, statement: str) -> Iterator[None]:
    with psycopg.connect(postgres.url(database)) as connection:
        connection.execute("set transaction isolation level repeatable read")
        connection.execute(statement)
        yield


@pytest.mark.parametrize(
    ("statement", "lock"),
    [
        ("select from users limit 1", "virtualxid"),
        ("update tasks set title = title where id = (select id from tasks limit 1)", "virtualxid"),
        ("lock table tasks in share update exclusive mode", "relation"),
    ],
    ids=["a report on another table", "a writer of the table", "who has the lock that it takes first"],
)
def test_it_waits_for_a_transaction_that_lasts_while_others_write(
    statement: str,
    lock: str,
    now: Version,
    migrate: Migrate,
    versions: Path,
    pauses: list[float],
    postgres: EmbeddedPostgres,
    database: str,
    watching: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Less than it takes to serve REQUESTS.
    monkeypatch.setattr(patience, "LOCK_TIMEOUT_MS", 50)

    def is_waiting(migrated: "Future[None]") -> bool:
        return migrated.done() or watching.execute(BUILDING).fetchall() == [(lock,)]

    with transaction(postgres, database, statement):
        migrated = migrate(versions, "head")
        assert now.wait(lambda _: is_waiting(migrated)) == []
        assert now.serve_more(REQUESTS) == []
        assert not migrated.done()

    assert now.wait(lambda _: migrated.done()) == []
    migrated.result()
    assert pauses == []
    assert watching.execute(STATE).fetchone() == (True, True)


def test_what_an_attempt_that_broke_off_has_left_is_built_anew(
    migrate: Migrate, versions: Path, watching: psycopg.Connection
) -> None:
    watching.execute(f"create index {NAME} on tasks (user_id)")
    watching.execute(f"update pg_index set indisvalid = false where indexrelid = '{NAME}'::regclass")

    migrate(versions, "head").result()

    assert watching.execute(STATE).fetchone() == (True, True)
    ((definition,),) = watching.execute(f"select pg_get_indexdef('{NAME}'::regclass)").fetchall()
    assert definition.endswith("(user_id, title)")
