"""Row security of the migrated schema, linted and proven by a tool that is none of ours: pgrls, with Z3."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local import ROOT
from local.resources import tables

PGRLS = Path(sys.executable).with_name("pgrls")
MODES = ("cross-tenant", "write", "anon")
# Alembic's table is for its owner, which is no tenant.
OF_USERS = {f"public.{name}" for name in tables()}


def pgrls(url: str, command: str, *arguments: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    options = ["--database-url", url, "--config", str(ROOT / "tests" / "catalogue" / "pgrls.toml")]
    done = subprocess.run([PGRLS, command, *options, *arguments], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def verdicts(url: str, mode: str) -> dict[str, str]:
    said: dict[str, Any] = json.loads(pgrls(url, "verify", "--mode", mode, "--format", "json")[1])
    return {table["table"]: table["verdict"] for table in said["tables"]}


def findings(url: str) -> list[str]:
    said: dict[str, Any] = json.loads(pgrls(url, "lint", "--format", "json")[1])
    return [
        f"{one['rule_id']} {one['location']}: {one['message']}"
        for one in said["violations"]
        if one["severity"] in ("error", "warning")
    ]


def test_the_linter_finds_no_error_and_nothing_to_warn_of(database_url: str) -> None:
    assert findings(database_url) == []


@pytest.mark.parametrize("mode", MODES)
def test_every_table_of_users_is_proven(database_url: str, mode: str) -> None:
    said = verdicts(database_url, mode)

    assert {table: said.get(table) for table in OF_USERS} == dict.fromkeys(OF_USERS, "isolated")


@pytest.mark.parametrize("mode", ["escalation", "reachability"])
def test_no_role_comes_to_more_than_it_was_given(database_url: str, mode: str) -> None:
    code, said = pgrls(database_url, "verify", "--mode", mode, "--strict")

    assert code == 0, said


@pytest.mark.parametrize(
    "hole",
    [
        "alter policy {t}_owner on {t} using (true)",
        "create policy open on {t} using (true)",
        "create policy open on {t} for select to tasks_api using (true)",
    ],
)
def test_a_table_with_a_hole_is_not_proven(database_url: str, hole: str) -> None:
    for table in tables():
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(hole.format(t=table).encode())

    proven = {table for table, verdict in verdicts(database_url, "cross-tenant").items() if verdict == "isolated"}
    assert proven & OF_USERS == set()


def test_a_wall_that_does_not_bind_the_owner_is_found(database_url: str) -> None:
    for table in tables():
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(f"alter table {table} no force row level security".encode())

    found = findings(database_url)
    assert [table for table in OF_USERS if not any(table in line for line in found)] == []
