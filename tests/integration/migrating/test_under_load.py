"""Migrations of the kinds that the guides and `make resource` write, while users of two versions go on: none fails."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from local import ROOT
from local.postgres.server import EmbeddedPostgres
from local.revisions import revisions
from migrations import patience
from tests.e2e.copies.project import Project
from tests.guides import add_the_field, quoted, step
from tests.integration.migrating.conftest import Migrate
from tests.integration.migrating.versions import (
    PROCESSES,
    REQUESTS,
    VERSIONS,
    Version,
    add_migration,
    copy_of_the_project,
    make_resource,
    version_of,
)

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def ahead(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """With a field more, a resource more and an index more, each by its own migration."""
    project = copy_of_the_project(tmp_path_factory.mktemp("ahead"))
    add_the_field(project)
    # A noun that nobody has made a resource of.
    make_resource(project, "rehearsal", "text:text(10000) pinned:boolean=false due_at:timestamp?")
    (index,) = (code for code in quoted(step("A field", 2)) if code.startswith("add_index("))
    add_migration(project.directory / VERSIONS, index)
    return project


@pytest.fixture(scope="module")
def code_ahead(ahead: Project) -> Iterator[Version]:
    with version_of(ahead.directory, "ahead", PROCESSES) as version:
        yield version


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
