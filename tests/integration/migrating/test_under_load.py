"""Migrations of the kinds that the guides and `make resource` write, while users of two versions go on: none fails."""

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy.exc import OperationalError

from local import ROOT
from local.postgres.server import EmbeddedPostgres
from local.revisions import revisions
from migrations import patience
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.conftest import OWNER, alembic_config, login_url
from tests.e2e.copies.project import Project
from tests.guides import add_the_field, quoted, step
from tests.integration.migrating.versions import Version, copy_of_the_project, make_resource, version_of

pytestmark = pytest.mark.heavy

Migrate = Callable[[Path, str], "Future[None]"]

PROCESSES = 2
# Some rounds of each process, in each of which it asks for everything.
REQUESTS = 40
ROWS = 20_000
VERSIONS = "migrations/versions"
REVISION = """
from alembic import op
from migrations.in_use import add_index

revision = "{revision}"
down_revision = "{previous}"


def upgrade() -> None:
    {statement}
"""


@pytest.fixture(scope="module")
def ahead(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """With a field more, a resource more and an index more, each by its own migration."""
    project = copy_of_the_project(tmp_path_factory.mktemp("ahead"))
    add_the_field(project)
    make_resource(project, "note", "text:text(10000) pinned:boolean=false due_at:timestamp?")
    (index,) = (code for code in quoted(step("A field", 2)) if code.startswith("add_index("))
    add_migration(project.directory / VERSIONS, index)
    return project


def add_migration(versions: Path, statement: str) -> None:
    previous = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
    revision = f"{int(previous) + 1:04}"
    source = REVISION.format(revision=revision, previous=previous, statement=statement)
    (versions / f"{revision}_of_the_test.py").write_text(source)


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


@pytest.fixture(scope="module")
def code_of_now() -> Iterator[Version]:
    with version_of(ROOT, "now", PROCESSES) as version:
        yield version


@pytest.fixture(scope="module")
def code_ahead(ahead: Project) -> Iterator[Version]:
    with version_of(ahead.directory, "ahead", PROCESSES) as version:
        yield version


@pytest.fixture
def now(code_of_now: Version, settings: dict[str, str]) -> Iterator[Version]:
    """The functions as they are here, at work."""
    code_of_now.begin(settings)
    assert code_of_now.serve_more(REQUESTS) == []
    yield code_of_now
    code_of_now.end()


def test_nobody_notices_while_it_is_migrated_and_two_versions_serve(
    now: Version, code_ahead: Version, migrate: Migrate, ahead: Project, settings: dict[str, str]
) -> None:
    versions = ahead.directory / VERSIONS
    later = sorted({path.name[:4] for path in versions.glob("[0-9]*.py")} - revisions())
    assert len(later) == 3
    for revision in later:
        migrated = migrate(versions, revision)
        faults = now.wait(lambda _, migrated=migrated: migrated.done())  # type: ignore[misc]
        migrated.result()
        assert faults == []
        assert now.serve_more(REQUESTS) == []

    code_ahead.begin(settings)
    assert code_ahead.serve_more(REQUESTS) == []
    assert now.serve_more(REQUESTS) == []
    code_ahead.end()


def test_a_table_that_is_in_use_for_long_is_asked_for_again_and_again(
    now: Version, migrate: Migrate, ahead: Project, pauses: list[float], postgres: EmbeddedPostgres, database: str
) -> None:
    with psycopg.connect(postgres.url(database)) as report:
        report.execute("select from tasks limit 1")
        migrated = migrate(ahead.directory / VERSIONS, "head")
        assert now.wait(lambda _: len(pauses) > 1) == []
        assert now.serve_more(REQUESTS) == []
        assert not migrated.done()

    assert now.wait(lambda _: migrated.done()) == []
    migrated.result()
    assert all(patience.SHORTEST_PAUSE_S <= pause <= patience.LONGEST_PAUSE_S for pause in pauses)


def test_it_is_not_asked_for_for_ever(
    migrate: Migrate,
    ahead: Project,
    pauses: list[float],
    postgres: EmbeddedPostgres,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "ATTEMPTS", 2)
    with psycopg.connect(postgres.url(database)) as report:
        report.execute("select from tasks limit 1")
        with pytest.raises(OperationalError, match="lock timeout"):
            migrate(ahead.directory / VERSIONS, "head").result()
    assert len(pauses) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "lock table tasks in access exclusive mode; select pg_sleep(2.5)",
        "alter table tasks rename column description to text",
    ],
)
def test_a_migration_that_stops_requests_is_seen(
    statement: str, now: Version, migrate: Migrate, tmp_path: Path
) -> None:
    versions = tmp_path / "versions"
    shutil.copytree(ROOT / VERSIONS, versions)
    add_migration(versions, f"op.execute({statement!r})")

    migrated = migrate(versions, "head")

    faults = now.wait(lambda _: migrated.done())
    migrated.result()
    assert faults or now.serve_more(REQUESTS)
