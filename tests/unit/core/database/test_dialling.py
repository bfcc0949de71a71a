"""Dialling during init: in a Lambda runtime only, never in the way, and not into a snapshot."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from shared.core.database import dialling
from shared.core.database.connection import ConnectionSource
from shared.core.database.dialling import connection_source, dial_early
from shared.core.database.settings import DatabaseSettings
from shared.core.deadline import Deadline


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[ConnectionSource]:
    """The sources that were told to dial; nothing is connected."""
    sources: list[ConnectionSource] = []

    def dial(source: ConnectionSource) -> None:
        sources.append(source)

    monkeypatch.setattr(ConnectionSource, "dial", dial)
    for name in ("AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_INITIALIZATION_TYPE", "DATABASE_DIAL_AT_INIT"):
        monkeypatch.delenv(name, raising=False)
    return sources


@pytest.fixture
def lambda_runtime(monkeypatch: pytest.MonkeyPatch, dialled: list[ConnectionSource]) -> Callable[[str, str], None]:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@db.example.com/d")
    return monkeypatch.setenv


def test_in_lambda_the_connection_is_dialled(lambda_runtime: object, dialled: list[ConnectionSource]) -> None:
    dial_early()

    assert dialled == [connection_source(DatabaseSettings("postgresql://u:p@db.example.com/d"))]


def test_elsewhere_an_import_touches_no_database(
    monkeypatch: pytest.MonkeyPatch, dialled: list[ConnectionSource]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@db.example.com/d")
    dial_early()

    assert dialled == []


@pytest.mark.parametrize(
    ("name", "value"), [("DATABASE_DIAL_AT_INIT", "off"), ("DATABASE_URL", "mysql://x"), ("DATABASE_URL", "")]
)
def test_switched_off_or_misconfigured_it_stays_quiet(
    lambda_runtime: Callable[[str, str], None], dialled: list[ConnectionSource], name: str, value: str
) -> None:
    lambda_runtime(name, value)
    dial_early()

    assert dialled == []


def test_a_snapshot_holds_no_connection_and_wakes_to_a_new_one(
    lambda_runtime: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, dialled: list[ConnectionSource]
) -> None:
    hooks: dict[str, Any] = {}
    runtime = SimpleNamespace(
        register_before_snapshot=lambda hook, *args: hooks.update(before=partial(hook, *args)),
        register_after_restore=lambda hook, *args: hooks.update(after=partial(hook, *args)),
    )
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", runtime)
    lambda_runtime("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")

    dial_early()
    assert dialled == []
    hooks["after"]()
    assert dialled == [connection_source(DatabaseSettings("postgresql://u:p@db.example.com/d"))]


def test_close_before_a_snapshot_leaves_a_source_that_works_after_it(functions_url: str) -> None:
    source = connection_source(DatabaseSettings(functions_url))
    source.dial()
    source.close()

    source.dial()

    assert source.get(Deadline.after(5)).execute("select 1 as one").fetchone() == {"one": 1}
    source.close()


def test_a_failure_while_dialling_is_nobodys(lambda_runtime: Callable[[str, str], None]) -> None:
    """In a process of its own: the import of a function goes on though nobody listens there."""
    code = "import functions.health, threading; [t.join() for t in threading.enumerate() if t.name == 'dial']"
    environment = {"AWS_LAMBDA_RUNTIME_API": "x", "DATABASE_URL": "postgresql://u@127.0.0.1:1/d"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_it_comes_before_the_endpoints_own_imports() -> None:
    """Hidden behind FastAPI's import it costs nothing; after it, it would cost a connect."""
    code = "import sys, shared.core.database.dialling as dialling; "
    code += "dialling.dial_early = lambda: print('fastapi' in sys.modules); import functions"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
    assert dialling.dial_early is dial_early
