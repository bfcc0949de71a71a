"""`python -m local dev` as a process, from its start to its end."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import httpx
import psycopg
import pytest
from alembic import command

from local.__main__ import main
from local.dev import database
from local.dev import run as dev
from local.dev.run import run
from local.postgres import developer
from local.postgres.developer import cannot_migrate
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.conftest import alembic_config


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


Failure = Callable[..., tuple[int, str]]


# As `python -m local dev`, with a log of its own: the one of the clone may be a developer's, or another test's.
WITH_LOG = """
import sys
from pathlib import Path
from local.logs import log as logs
logs.DEV_LOG = Path(sys.argv.pop(1))
from local.__main__ import main
sys.exit(main(["dev"]))
"""


@contextmanager
def started(log: str | Path = os.devnull, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", WITH_LOG, log],
        env={**os.environ, "LOCAL_WORKERS": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def greeting(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("curl "):
            return "".join(lines)
    raise AssertionError("".join(lines))


def failure(**environment: str) -> tuple[int, str]:
    """Of a process, whose last words count too: for what fails once something has begun."""
    with started(**environment) as process:
        output, _ = process.communicate(timeout=60)
        return process.returncode, output


@pytest.fixture
def refusal(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Failure:
    """The same of what is refused before anything begins, without a process for each."""

    def refused(**environment: str) -> tuple[int, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(dev, "migrating", lambda *_: pytest.fail("it has begun"))
        monkeypatch.setattr(dev, "running_alembic", lambda *_: pytest.fail("it has begun"))
        with as_they_were(SIGNALS):
            code = main(["dev"])
        return code, "".join(capfd.readouterr())

    return refused


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_serves_until_a_signal_and_stops_without_a_word(database_url: str, number: signal.Signals) -> None:
    port = free_port()
    with started(DATABASE_URL=database_url, PORT=str(port)) as process:
        text = greeting(process)
        found = re.search(r"^curl -H 'Authorization: (Bearer \S+)' (\S+)$", text, re.MULTILINE)
        assert found is not None
        answer = httpx.get(found[2], headers={"authorization": found[1]}, timeout=30)
        assert (answer.status_code, answer.json()["data"]) == (200, [])
        assert "log in as its owner" not in text
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in output
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/")


def test_the_spans_of_a_request_are_shown_where_they_are_wanted(database_url: str, tmp_path: Path) -> None:
    log = tmp_path / "dev.log"
    log.touch()
    with started(log, DATABASE_URL=database_url, PORT=str(free_port()), TRACE="1") as process:
        text = greeting(process)
        found = re.search(r"^curl -H 'Authorization: (Bearer \S+)' (\S+)$", text, re.MULTILINE)
        assert found is not None
        httpx.get(found[2], headers={"authorization": found[1]}, timeout=30)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert re.search(r"^ +request +[0-9.]+ ms  GET /api/tasks 200$", output, re.MULTILINE), output
    assert re.search(r"^ +batch +[0-9.]+ ms  list_tasks$", output, re.MULTILINE)
    assert re.search('"xray_trace_id":"1-[0-9a-f]{8}-[0-9a-f]{24}"', log.read_text())


def test_stops_while_it_starts(database_url: str) -> None:
    port = free_port()
    with started(DATABASE_URL=database_url, PORT=str(port)) as process:
        wait_until_taken(port, process)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert (process.returncode, output) == (0, "")


def wait_until_taken(port: int, process: "subprocess.Popen[str]") -> None:
    while process.poll() is None:
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
    raise AssertionError("it ended before it listened")


def test_key_set_of_the_developer_is_used_and_no_token_is_printed(database_url: str) -> None:
    secret = "VdVnHvJbLrBvYy7TAgOcWcXfYzU1rTq9mC2sKZpE6wI"
    with started(DATABASE_URL=database_url, PORT=str(free_port()), AUTH_SECRET=secret) as process:
        text = greeting(process)
    assert "take one from your issuer" in text
    assert "eyJ" not in text


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def as_they_were(signals: Iterable[signal.Signals]) -> Iterator[None]:
    """What a run does to the handling of signals ends with it."""
    handlers = {number: signal.getsignal(number) for number in signals}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def test_taken_port_is_one_line(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        code, output = failure(PORT=str(port))
    assert code == 1
    assert output == f"error: port {port}: Address already in use; choose another, such as: make dev PORT={port + 1}\n"


@pytest.mark.parametrize("port", ["0", "65536", "abc", "-1", "٣"])
def test_port_that_is_none_is_one_line(port: str, refusal: Failure) -> None:
    assert refusal(PORT=port) == (1, f"error: PORT={port} is not a number from 1 to 65535\n")


def test_unsafe_settings_are_refused_line_by_line(database_url: str, refusal: Failure) -> None:
    code, output = refusal(DATABASE_URL=database_url, PORT=str(free_port()), AUTH_JWKS_URL="http://issuer.test/jwks")
    assert code == 1
    assert len(output.splitlines()) == 3
    assert all(line.startswith("error: AUTH_") for line in output.splitlines())


def test_database_out_of_reach_is_one_line() -> None:
    url = f"postgresql://a@127.0.0.1:{free_port()}/b?sslmode=disable"
    code, output = failure(DATABASE_URL=url, PORT=str(free_port()))
    assert code == 1
    assert output.startswith("error: the migration failed: ")
    assert len(output.splitlines()) == 1


REMOTE = "postgresql://owner:secret@db.example.com/tasks"
OWN_SECRET = "VdVnHvJbLrBvYy7TAgOcWcXfYzU1rTq9mC2sKZpE6wI"


def test_a_database_on_another_machine_is_served_only_if_that_is_meant(refusal: Failure) -> None:
    """A DATABASE_URL that was left in the environment: it is neither asked nor migrated."""
    code, output = refusal(DATABASE_URL=REMOTE, PORT=str(free_port()), AUTH_SECRET=OWN_SECRET)

    assert code == 1
    assert output.startswith("error: DATABASE_URL names a database on another machine.")
    assert "make dev REMOTE=1" in output
    assert len(output.splitlines()) == 1


@pytest.mark.parametrize("settings", [{}, {"AUTH_SECRET": DEVELOPMENT_SECRET}], ids=["no key", "named"])
def test_a_database_on_another_machine_is_never_served_to_public_tokens(
    settings: dict[str, str], refusal: Failure
) -> None:
    code, output = refusal(DATABASE_URL=REMOTE, PORT=str(free_port()), REMOTE="1", **settings)

    assert code == 1
    assert "public development secret" in output
    assert len(output.splitlines()) == 1


def test_a_database_on_another_machine_is_served_as_it_is(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here it is on this machine and said not to be; its schema is one revision behind, and stays so."""
    command.downgrade(alembic_config(database_url), "-1")
    monkeypatch.setattr(database, "is_local", lambda _: False)
    served: list[tuple[str, ...]] = []

    def start_alembic(_url: str, _environ: object, *arguments: str) -> NoReturn:
        served.append(arguments)
        raise RuntimeError("enough")

    monkeypatch.setattr(developer, "start_alembic", start_alembic)

    with pytest.raises(RuntimeError, match="enough"), as_they_were(SIGNALS):
        run({"DATABASE_URL": database_url, "PORT": str(free_port()), "REMOTE": "1", "AUTH_SECRET": OWN_SECRET})

    assert served == [("current",)]


def test_database_of_an_earlier_release_is_one_line_with_the_cure(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("update alembic_version set version_num = '0002'")

    code, output = failure(DATABASE_URL=database_url, PORT=str(free_port()))

    assert (code, output.strip()) == (1, f"error: {cannot_migrate('0002')}")


def test_handler_that_does_not_import_is_named_with_its_route(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from local.dev.options import DevError

    template = tmp_path_factory.mktemp("bundle") / "template.yaml"
    template.write_text(
        "Resources:\n  Gone:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      Handler: functions.gone.handler\n      Events:\n"
        "        Http: {Type: HttpApi, Properties: {Method: GET, Path: /gone}}\n"
    )
    with pytest.raises(DevError) as caught, as_they_were(SIGNALS):
        run({**os.environ, "DATABASE_URL": database_url, "PORT": str(free_port())}, template)
    assert str(caught.value) == (
        "GET /gone -> functions.gone.handler: ModuleNotFoundError: No module named 'functions.gone'"
    )
