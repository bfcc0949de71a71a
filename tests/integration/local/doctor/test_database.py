from urllib.parse import urlsplit

import psycopg
import pytest

from local.doctor.database import examine_database, explain, newest_revision
from local.doctor.examine import examine
from local.postgres.server import EmbeddedPostgres
from tests.conftest import OWNER


def texts(url: str) -> list[str]:
    return [str(finding) for finding in examine_database(url)]


def said(url: str, words: str) -> str:
    (line,) = [line for line in texts(url) if words in line]
    return line


def test_a_good_database_is_well(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert examine({"DATABASE_URL": database_url}) == 0

    printed = capsys.readouterr().out
    for words in (
        "PostgreSQL 18",
        "migrated to",
        "can take the role",
        "forced for idempotency_keys, rate_limits",
        "a round trip",
    ):
        assert words in printed
    assert "!!" not in printed
    assert printed.endswith("all is well\n")


def test_an_empty_database_needs_its_migrations(postgres: EmbeddedPostgres) -> None:
    postgres.create_database("unmigrated", OWNER)

    assert said(postgres.url("unmigrated", OWNER), "no migration").startswith("!!")


def test_an_old_schema_is_named(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("update alembic_version set version_num = '0000'")

    assert f"migrated to 0000, this code needs {newest_revision()}" in said(database_url, "migrated to")


def test_row_security_that_is_not_forced_is_seen(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("alter table tasks no force row level security")

    assert said(database_url, "not forced everywhere").startswith("!!")


def test_a_user_without_the_role_is_told_how_to_get_it(postgres: EmbeddedPostgres, database_url: str) -> None:
    postgres.create_role("stranger")
    name = urlsplit(database_url).path.removeprefix("/")

    assert "may not become tasks_api" in said(postgres.url(name, "stranger"), "tasks_api")


def test_a_superuser_is_noted(postgres: EmbeddedPostgres, database_url: str) -> None:
    name = urlsplit(database_url).path.removeprefix("/")

    assert said(postgres.url(name), "stands above").startswith("--")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "not set"),
        ("mysql://u:hidden@h/d", "must begin with"),
        ("postgresql://u:hidden@127.0.0.1:1/d", "nothing listens there"),
    ],
)
def test_what_cannot_work_is_said_and_ends_it(url: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert examine({"DATABASE_URL": url}) == 1
    printed = capsys.readouterr().out
    assert words in printed
    assert "hidden" not in printed
    assert "1 thing to mend" in printed


def test_an_unknown_database_is_said_plainly(postgres: EmbeddedPostgres) -> None:
    assert "no such database or user" in said(postgres.url("nowhere", OWNER), "cannot connect")


def test_a_text_nobody_has_explained_is_passed_on() -> None:
    assert explain(psycopg.OperationalError("something new")) == "something new"
