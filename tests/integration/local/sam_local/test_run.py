"""`make invoke` and `make start-api`, with a sam that connects as its container would, and says what it was given."""

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import ROOT
from local.replay.events import EventError
from local.sam_local import run
from local.sam_local.run import SamLocalError, invoke, start_api
from shared.core.auth.settings import DEVELOPMENT_SECRET

SAM = """#!{python}
import json, sys
import psycopg
arguments = sys.argv[1:]
settings = json.load(open(arguments[arguments.index("--env-vars") + 1]))["Parameters"]
with psycopg.connect(settings["DATABASE_URL"].replace("host.docker.internal", "127.0.0.1")) as connection:
    (user,) = connection.execute("select current_user").fetchone()
    (tables,) = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
json.dump(dict(arguments=arguments, settings=settings, user=user, tables=tables), open({said!r}, "w"))
sys.exit({code})
"""


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sam of this test says what it was given; nothing is built, and nothing of the clone is used."""
    path = tmp_path / "said.json"
    set_up(tmp_path, monkeypatch, code=0)
    monkeypatch.setattr("local.postgres.developer.EMBEDDED_HOME", tmp_path / "postgres")
    monkeypatch.setattr(run, "_build", lambda _environ: None)
    # Its own clients come from this machine.
    monkeypatch.setattr(run, "bridge_address", lambda: "127.0.0.1")
    return path


def set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, code: int) -> None:
    program = tmp_path / "sam"
    program.write_text(SAM.format(python=sys.executable, said=str(tmp_path / "said.json"), code=code))
    program.chmod(0o755)
    monkeypatch.setattr(run, "_SAM", program)


def test_an_event_goes_through_its_function_on_the_clones_database(said: Path) -> None:
    assert invoke(ROOT / "events" / "list_tasks.json", {}) == 0

    told = json.loads(said.read_text())
    assert told["arguments"][:5] == [
        "local", "invoke", "ListTasksFunction", "--event", str(ROOT / "events" / "list_tasks.json"),
    ]  # fmt: skip
    pairs = list(zip(told["arguments"], told["arguments"][1:], strict=False))
    assert ("--add-host", "host.docker.internal:host-gateway") in pairs
    assert told["settings"]["AUTH_SECRET"] == DEVELOPMENT_SECRET
    # Migrated, and reached as a login that owns nothing.
    assert told["tables"] > 1
    assert told["user"].startswith("tasks_login_")


def test_the_api_is_served_at_the_port_and_with_the_settings_that_were_given(said: Path) -> None:
    issuer = {"AUTH_JWKS_URL": "https://app.example.com/jwks", "AUTH_ISSUER": "i", "AUTH_AUDIENCE": "a"}
    assert start_api({"PORT": "3456", **issuer}) == 0

    told = json.loads(said.read_text())
    assert told["arguments"][:5] == ["local", "start-api", "--port", "3456", "--warm-containers=LAZY"]
    assert issuer.items() <= told["settings"].items()
    assert "AUTH_SECRET" not in told["settings"]


def test_sams_exit_code_is_ours(said: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(tmp_path, monkeypatch, code=7)
    assert start_api({}) == 7


TIDY = """#!{python}
import os, pathlib, signal, sys, time
def tidy(*_):
    time.sleep(0.6)
    pathlib.Path({tidied!r}).touch()
    sys.exit(0)
signal.signal(signal.SIGINT, tidy)
os.kill(os.getppid(), signal.SIGINT)
os.kill(os.getpid(), signal.SIGINT)
"""


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Also where these tests run in the background, which the shell lets no Ctrl-C reach."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("said", "interruptible")
def test_ctrl_c_leaves_sam_the_time_to_take_its_containers_away(tmp_path: Path) -> None:
    """As long as it needs: Python itself would kill it after a quarter of a second."""
    tidied = tmp_path / "tidied"
    (tmp_path / "sam").write_text(TIDY.format(python=sys.executable, tidied=str(tidied)))

    with pytest.raises(KeyboardInterrupt):
        start_api({})

    assert tidied.exists()


def test_what_is_no_event_is_named(said: Path) -> None:
    with pytest.raises(EventError, match=r"nothing\.json"):
        invoke(Path("events/nothing.json"), {})


def test_a_build_that_fails_is_said_with_what_it_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "make").write_text("#!/bin/sh\necho it is broken\nexit 2\n")
    (tmp_path / "make").chmod(0o755)
    with pytest.raises(SamLocalError, match="the build failed: it is broken"):
        start_api({"PATH": str(tmp_path)})
