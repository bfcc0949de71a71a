"""Every test that touches data gets a database of its own on an embedded PostgreSQL, whatever DATABASE_URL says.

Alembic and the document are imported late: the process that hands out tests is waited for, and needs neither.
"""

import gc
import io
import logging
import os
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest

from local.login.developer import SUFFIX, migrated_logins
from local.login.role import FUNCTIONS, Kind, role_name
from local.postgres.server import EmbeddedPostgres
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.database.dialling import forget_sources
from shared.core.environment import environment
from shared.core.observability import logger
from tests import api, clusters, progress
from tests.api import Api
from tests.daemon import Daemon, listening
from tests.database import Databases
from tests.log_audit import LogAudit
from tests.postgres_versions.servers import use_version_of

if TYPE_CHECKING:
    from alembic.config import Config

OWNER = "tasks_owner"
TEMPLATE = "tasks_template"
# What the settings of a function begin with, and what Lambda adds to them.
SETTINGS = (
    *("AUTH_", "DATABASE_", "RATE_LIMIT_", "QUOTA_", "TRACING", "POWERTOOLS_"),
    *("AWS_LAMBDA_", "AWS_XRAY_", "_X_AMZN_"),
)
# Longest first, so that no process is still at a long one when the others are done.
DIRECTORIES = ("e2e", "neon", "contract", "sync", "integration", "unit")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    use_version_of(os.environ)
    if progress.is_wanted(config):
        config.pluginmanager.register(progress.Progress(config.pluginmanager.getplugin("terminalreporter")))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """None but this for the tests of some files, which are done before another process has started.

    Otherwise half as many again as cores: much of what is tested is that something is waited for.
    """
    if all(Path(argument.partition("::")[0]).is_file() for argument in config.args):
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + cores // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order in which files are begun; that of the tests in a file stays."""

    def turn(item: pytest.Item) -> tuple[bool, int]:
        _, directory, *_ = item.nodeid.split("/", 2)
        place = DIRECTORIES.index(directory) if directory in DIRECTORIES else len(DIRECTORIES)
        return item.get_closest_marker("heavy") is None, place

    items.sort(key=turn)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests, and all that is imported for them, stay: Python need not look through them for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def alembic_config(database_url: str) -> "Config":
    from alembic.config import Config

    config = Config(toml_file="pyproject.toml")
    config.attributes["database_url"] = database_url
    return config


def database_of(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


@pytest.fixture(scope="session", autouse=True)
def _recording() -> Iterator[None]:
    """Whatever a test is about, its answers are those that docs/openapi.yaml describes."""
    from tests.contract import recording

    api.OBSERVERS.append(recording.check)
    yield
    api.OBSERVERS.remove(recording.check)


@pytest.fixture(scope="session")
def _log_audit() -> Iterator[LogAudit]:
    audit = LogAudit(logger.registered_formatter)
    logger.addHandler(audit)
    api.OBSERVERS.append(audit.observe)
    yield audit
    api.OBSERVERS.remove(audit.observe)
    logging.getLogger(logger.name).removeHandler(audit)


@pytest.fixture(autouse=True)
def _clean_log(_log_audit: LogAudit) -> Iterator[None]:
    """Whatever a test is about, it must leave no token, password or body in the log."""
    yield
    assert _log_audit.findings() == []


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which nothing is yet, to be copied: that takes a tenth of making one."""
    return clusters.initialized(tmp_path_factory)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, cluster: Path) -> Iterator[EmbeddedPostgres]:
    with clusters.server_on(clusters.prepared(tmp_path_factory, cluster, migrate)) as server:
        yield server


def migrate(server: EmbeddedPostgres) -> None:
    from alembic import command

    server.create_role(OWNER)
    server.create_database(TEMPLATE, OWNER)
    command.upgrade(alembic_config(server.url(TEMPLATE, OWNER)), "head")
    migrated_logins(server.url(TEMPLATE, OWNER))


@pytest.fixture(scope="session")
def migrated_template(postgres: EmbeddedPostgres) -> str:
    """The name of a database of that server."""
    return TEMPLATE


def login_url(server: EmbeddedPostgres, database: str, kind: Kind = FUNCTIONS) -> str:
    """As the functions log in to a copy of the template: roles belong to the whole server, and are made once."""
    return server.url(database, role_name(kind, TEMPLATE, SUFFIX))


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[Databases]:
    with closing(Databases(postgres, migrated_template, OWNER)) as made:
        yield made


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, databases: Databases) -> str:
    """A migrated, empty database, owned by a role of Neon's shape: no superuser, `createrole`."""
    return postgres.url(databases.empty(), OWNER)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings start out empty, and nothing of one test's environment is left for the next."""
    for name in list(os.environ):
        if name.startswith(SETTINGS):
            monkeypatch.delenv(name)
    yield
    environment.cache_clear()
    forget_sources()


@pytest.fixture
def functions_url(postgres: EmbeddedPostgres, database_url: str) -> str:
    """The same database, as the functions log in to it."""
    return login_url(postgres, database_of(database_url))


@pytest.fixture
def served(database_url: str, functions_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The functions are configured as on a developer's machine; gives the URL of the database's owner."""
    monkeypatch.setenv("DATABASE_URL", functions_url)
    monkeypatch.setenv("AUTH_SECRET", DEVELOPMENT_SECRET)
    return database_url


@pytest.fixture
def superuser(served: str, postgres: EmbeddedPostgres) -> Iterator[psycopg.Connection]:
    """Sees and writes every user's rows, in the database that the functions are configured with."""
    with psycopg.connect(postgres.url(database_of(served)), autocommit=True) as connection:
        yield connection


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the functions log during a test: one JSON object per line."""
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return stream


@pytest.fixture
def daemon(_log_audit: LogAudit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """Invocations are traced, and sampled; what is sent is audited as the log is."""
    with listening() as daemon:
        for name, value in daemon.environment.items():
            monkeypatch.setenv(name, value)
        yield daemon
        daemon.received()
        _log_audit.lines += daemon.texts


@pytest.fixture
def alice(served: str) -> Api:
    return Api("alice")


@pytest.fixture
def bob(served: str) -> Api:
    return Api("bob")
