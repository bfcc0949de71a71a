"""A database that is at the newest revision is not migrated: Alembic is not even started."""

import asyncio
import os
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from alembic import command

from local.dev.database import Served
from local.dev.migrating import migrated
from local.postgres import developer
from local.postgres.developer import MigrationError, is_newest, migrating
from local.revisions import newest_revision
from tests.conftest import alembic_config


def test_a_migrated_database_starts_no_alembic(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(developer, "start_alembic", lambda *_: pytest.fail("it was started"))

    with migrating(database_url, os.environ) as wait_until_migrated:
        wait_until_migrated()


def test_one_that_is_behind_is_migrated_meanwhile(database_url: str) -> None:
    command.downgrade(alembic_config(database_url), "-1")
    assert not is_newest(database_url)

    with migrating(database_url, os.environ) as wait_until_migrated:
        wait_until_migrated()

    assert is_newest(database_url)


@pytest.mark.parametrize(
    "change",
    [
        "drop table alembic_version",
        "delete from alembic_version",
        "update alembic_version set version_num = '9999'",
        "insert into alembic_version values ('1501')",
    ],
)
def test_what_is_not_exactly_the_newest_is_for_alembic_to_judge(database_url: str, change: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(change.encode())

    assert not is_newest(database_url)


def test_a_table_elsewhere_on_the_search_path_is_not_asked(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("create schema other; create table other.alembic_version (version_num text)")
        connection.execute(b"insert into other.alembic_version values ('%s')" % newest_revision().encode())
        connection.execute("drop table public.alembic_version")

    assert not is_newest(f"{database_url}&options=-csearch_path%3Dother")


def test_a_database_that_is_out_of_reach_is_for_alembic_to_report(tmp_path: Path) -> None:
    url = f"postgresql://owner@/tasks?host={tmp_path}"

    with migrating(url, os.environ) as wait_until_migrated, pytest.raises(MigrationError, match="No such file"):
        wait_until_migrated()


def test_one_that_was_saved_is_run_by_alembic_whatever_the_database_has(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be one that was applied, and is broken now."""
    assert is_newest(database_url)
    arguments: list[tuple[str, ...]] = []

    def start_alembic(_url: str, _environ: object, *given: str) -> NoReturn:
        arguments.append(given)
        raise MigrationError("it is broken")

    monkeypatch.setattr(developer, "start_alembic", start_alembic)

    with pytest.raises(MigrationError, match="it is broken"):
        asyncio.run(migrated(Served(database_url, database_url, "given"), os.environ))
    assert arguments == [("upgrade", "head")]
