"""A database that has rows, the users of the version that serves, and migrations in the background."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic import command

from local import ROOT
from local.postgres.server import EmbeddedPostgres
from migrations import patience
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.conftest import OWNER, alembic_config, login_url
from tests.integration.migrating.versions import PROCESSES, REQUESTS, Version, version_of

Migrate = Callable[[Path, str], "Future[None]"]

ROWS = 20_000


@pytest.fixture
def database(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """The name of one that has rows, as the version before has made it."""
    postgres.create_database("under_load", OWNER, template=migrated_template)
    with psycopg.connect(postgres.url("under_load")) as connection:
        connection.execute("insert into users (id) values ('many')")
        connection.execute(
            f"insert into tasks (user_id, revision, title) select 'many', n, 'a' from generate_series(1, {ROWS}) n"
        )
    yield "under_load"
    postgres.drop_database("under_load")


@pytest.fixture
def settings(postgres: EmbeddedPostgres, database: str) -> dict[str, str]:
    return {
        "DATABASE_URL": login_url(postgres, database),
        "AUTH_SECRET": DEVELOPMENT_SECRET,
        "RATE_LIMIT_PER_MINUTE": "0",
    }


@pytest.fixture
def migrate(postgres: EmbeddedPostgres, database: str, migrating: ThreadPoolExecutor) -> Migrate:
    """To a revision of these, in the background."""

    def begun(versions: Path, revision: str) -> "Future[None]":
        config = alembic_config(postgres.url(database, OWNER))
        config.set_main_option("path_separator", "os")
        config.set_main_option("version_locations", str(versions))
        return migrating.submit(command.upgrade, config, revision)

    return begun


@pytest.fixture
def migrating() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Those that a migration has made until now, which has found a table in use; each takes a moment only."""
    made: list[float] = []

    def pause(seconds: float) -> None:
        made.append(seconds)
        time.sleep(0.1)

    monkeypatch.setattr(patience, "sleep", pause)
    return made


@pytest.fixture(scope="package")
def code_of_now() -> Iterator[Version]:
    with version_of(ROOT, "now", PROCESSES) as version:
        yield version


@pytest.fixture
def now(code_of_now: Version, settings: dict[str, str]) -> Iterator[Version]:
    """The functions as they are here, at work."""
    code_of_now.begin(settings)
    assert code_of_now.serve_more(REQUESTS) == []
    yield code_of_now
    code_of_now.end()
