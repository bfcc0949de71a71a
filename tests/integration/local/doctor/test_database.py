import os
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from local.__main__ import main
from local.doctor import database
from local.doctor.database import examine_database
from local.doctor.examine import examine
from local.doctor.meaning import explain
from local.login.role import PURGE
from local.postgres import developer
from local.postgres.developer import MigrationError, finish_alembic, start_alembic
from local.postgres.server import EmbeddedPostgres
from local.resources import tables
from local.revisions import newest_revision
from shared.core import secrets
from tests.conftest import OWNER, database_of, login_url


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
        f"forced for {', '.join(sorted(tables()))}",
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
        connection.execute("update alembic_version set version_num = '1502'")

    assert f"migrated to 1502, this code needs {newest_revision()}" in said(database_url, "migrated to")


def test_what_the_functions_connect_with_is_read_from_its_secret(
    functions_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    purge_url = functions_url.replace("tasks_login_", "tasks_purge_login_")
    kept = {"arn:functions": functions_url, "arn:purge": purge_url}
    monkeypatch.setattr(secrets, "_fetch", lambda where, **_: kept[where])
    monkeypatch.setattr(secrets, "_failures", {})
    environ = {
        "DATABASE_URL": database_url,
        "FUNCTIONS_DATABASE_URL_ARN": "arn:functions",
        "PURGE_DATABASE_URL_ARN": "arn:purge",
    }

    assert examine(environ) == 0
    assert "the functions log in as a role that may become tasks_api, and nothing else" in capsys.readouterr().out

    kept.clear()
    assert examine(environ) == 0
    assert capsys.readouterr().out.count("not looked at: ") == 2


@pytest.mark.parametrize(
    ("revision", "arguments"),
    [
        ("0001", ("upgrade", "head")),
        ("0002", ("downgrade", "-1")),
        ("1002", ("current",)),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_database_of_the_first_release_is_named_with_the_cure(
    database_url: str, revision: str, arguments: tuple[str, ...]
) -> None:
    """Whatever Alembic is asked, which says the same of each revision that it does not know."""
    with psycopg.connect(database_url) as connection:
        connection.execute("update alembic_version set version_num = %s", (revision,))

    line = said(database_url, f"revision {revision} of an earlier release")
    assert line.startswith("!!")
    assert "remove .local/postgres (its data goes), else point DATABASE_URL at a new database" in line
    with pytest.raises(MigrationError) as failed:
        finish_alembic(start_alembic(database_url, os.environ, *arguments))
    assert str(failed.value) in line


@pytest.mark.parametrize("arguments", [["migrate"], ["migrate", "--down"]])
def test_migrating_it_is_refused_in_the_same_line(
    database_url: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("update alembic_version set version_num = '0002'")

    assert main(arguments) == 1
    assert capsys.readouterr().err == f"error: {developer.cannot_migrate('0002')}\n"


@pytest.mark.parametrize("table", tables())
def test_row_security_that_is_not_forced_is_seen(database_url: str, table: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(f"alter table {table} no force row level security".encode())

    line = said(database_url, "not forced everywhere")
    assert line.startswith("!!")
    assert line.endswith(f"missing for {table}")


def test_without_a_url_the_embedded_database_is_examined_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(developer, "EMBEDDED_HOME", tmp_path)

    assert examine({}) == 1

    printed = capsys.readouterr().out
    assert "about the embedded database" in printed
    assert "no migration was applied" in printed
    assert "DATABASE_URL is not set:" in printed


def test_a_user_without_the_role_is_told_how_to_get_it(postgres: EmbeddedPostgres, database_url: str) -> None:
    postgres.create_role("stranger")
    name = urlsplit(database_url).path.removeprefix("/")

    assert "may not become tasks_api" in said(postgres.url(name, "stranger"), "tasks_api")


@pytest.mark.parametrize(("user", "words"), [("postgres", "is a superuser"), (OWNER, "owns alembic_version")])
def test_an_owner_of_a_database_on_this_machine_is_noted(
    postgres: EmbeddedPostgres, database_url: str, user: str, words: str
) -> None:
    line = said(postgres.url(database_of(database_url), user), words)

    assert line.startswith(f"--  {user} ")
    assert line.endswith("make dev lets the functions log in as a role of their own")


@pytest.mark.parametrize(("user", "words"), [("postgres", "is a superuser"), (OWNER, "owns alembic_version")])
@pytest.mark.parametrize("place", ["this machine", "another"])
def test_functions_that_would_log_in_as_an_owner_are_a_fault_with_its_cure(
    postgres: EmbeddedPostgres,
    database_url: str,
    user: str,
    words: str,
    place: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Given the one URL that there is, of another machine, or what was said to be the functions'
    url = postgres.url(database_of(database_url), user)
    if place == "another":
        monkeypatch.setattr(database, "is_local", lambda _: False)
    assert examine({"DATABASE_URL" if place == "another" else "FUNCTIONS_DATABASE_URL": url}) == 1

    (line,) = [line for line in capsys.readouterr().out.splitlines() if words in line]
    assert line.startswith(f"!!  {user} ")
    assert "`make -s login` prints what they are to connect with instead, which is FUNCTIONS_DATABASE_URL" in line


def test_the_functions_login_is_well_and_the_owner_says_what_was_migrated(
    postgres: EmbeddedPostgres, database_url: str, functions_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    purge_url = login_url(postgres, database_of(database_url), PURGE)
    settings = {"FUNCTIONS_DATABASE_URL": functions_url, "PURGE_DATABASE_URL": purge_url}

    assert examine(settings) == 0
    alone = capsys.readouterr().out
    assert examine({**settings, "DATABASE_URL": database_url}) == 0
    both = capsys.readouterr().out

    assert "may not read which migrations were applied" in alone
    assert f"ok  migrated to {newest_revision()}" in both
    for printed in (alone, both):
        assert "ok  the functions log in as a role that may become tasks_api, and nothing else" in printed
        assert "ok  the purge logs in as a role that may become tasks_purge, and nothing else" in printed


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:hidden@h/d", "PURGE_DATABASE_URL must begin with"),
        ("postgresql://u:hidden@127.0.0.1:1/d", "the purge cannot connect: nothing listens there"),
        ("", "and so would the purge: `make -s login ROLE=purge`"),
    ],
)
def test_a_purge_that_cannot_or_may_too_much_is_a_fault(
    database_url: str, functions_url: str, url: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert examine({"FUNCTIONS_DATABASE_URL": functions_url, "PURGE_DATABASE_URL": url or database_url}) == 1

    printed = capsys.readouterr().out
    assert words in printed
    assert "hidden" not in printed


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:hidden@h/d", "DATABASE_URL must begin with"),
        ("postgresql://u:hidden@127.0.0.1:1/d", "the owner cannot connect: nothing listens there"),
    ],
)
def test_an_owner_who_cannot_connect_is_a_fault(
    functions_url: str, url: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert examine({"FUNCTIONS_DATABASE_URL": functions_url, "DATABASE_URL": url}) == 1

    printed = capsys.readouterr().out
    assert words in printed
    assert "hidden" not in printed


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "not set"),
        ("mysql://u:hidden@h/d", "must begin with"),
        ("postgresql://u:hidden@127.0.0.1:1/d", "nothing listens there"),
    ],
)
def test_what_cannot_work_is_said_and_ends_it(
    url: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(developer, "EMBEDDED_HOME", tmp_path / "none")
    assert examine({"DATABASE_URL": url}) == 1
    printed = capsys.readouterr().out
    assert words in printed
    assert "hidden" not in printed
    assert "1 thing to mend" in printed


def test_an_unknown_database_is_said_plainly(postgres: EmbeddedPostgres) -> None:
    assert "no such database or user" in said(postgres.url("nowhere", OWNER), "cannot connect")


def test_a_text_nobody_has_explained_is_passed_on() -> None:
    assert explain(psycopg.OperationalError("something new")) == "something new"
