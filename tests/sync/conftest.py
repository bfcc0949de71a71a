"""A database for the histories of a module: emptying it would cost more than they do, so each has users of its own."""

from collections.abc import Iterator

import psycopg
import pytest

from local.login.role import PURGE
from local.postgres.server import EmbeddedPostgres
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.observability import logger
from tests import api
from tests.conftest import OWNER, login_url
from tests.contract import recording
from tests.proxy import Proxy, proxy_to
from tests.sync.journal import keep_journal
from tests.sync.world import LOCK_TIMEOUT, World, open_world


@pytest.fixture(scope="module")
def journaled(request: pytest.FixtureRequest, postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """The name of a database that notes what is done to it."""
    name = request.module.__name__.rpartition(".")[2].removeprefix("test_")
    postgres.create_database(name, OWNER, template=migrated_template)
    with psycopg.connect(postgres.url(name), autocommit=True) as superuser:
        keep_journal(superuser)
    yield name
    postgres.drop_database(name)


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Answers are held against the document here too, but nothing is logged: to look through the lines of so many
    requests for the body of each would take longer than they do."""
    monkeypatch.setattr(api, "OBSERVERS", [recording.check])
    level = logger.log_level
    logger.setLevel("CRITICAL")
    yield
    logger.setLevel(level)


@pytest.fixture
def world(journaled: str, postgres: EmbeddedPostgres, quiet: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    functions_url = login_url(postgres, journaled)
    with psycopg.connect(postgres.url(journaled), autocommit=True) as superuser:
        superuser.execute(f"alter database {journaled} set lock_timeout = '{LOCK_TIMEOUT}'".encode())
    monkeypatch.setenv("DATABASE_URL", functions_url)
    monkeypatch.setenv("AUTH_SECRET", DEVELOPMENT_SECRET)
    monkeypatch.setenv("RATE_LIMIT_PER_MINUTE", "0")
    with open_world(postgres.url(journaled), functions_url, login_url(postgres, journaled, PURGE)) as world:
        yield world


@pytest.fixture(scope="module")
def proxied(journaled: str, postgres: EmbeddedPostgres) -> Iterator[tuple[Proxy, str]]:
    """A proxy in front of that database, and the functions' URL through it."""
    with proxy_to(login_url(postgres, journaled), delay_s=0) as proxied:
        yield proxied
