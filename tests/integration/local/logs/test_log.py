"""`make logs`: the log of `make dev` as columns."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.logs.log import LogError, readable, show
from tests.integration.local.dev.test_run import free_port, greeting, started

REQUEST = {
    "level": "INFO",
    "message": "request",
    "timestamp": "2026-01-01 12:00:00,123+0000",
    "method": "GET",
    "route": "/api/tasks",
    "status": 200,
    "ms": 3.21,
    "user": "2bd806c9",
    "db_round_trips": 1,
    "db_ms": 1.5,
    "db_reconnected": False,
}


def rows(*lines: str | dict[str, Any]) -> list[str]:
    title, *rest = readable(line if isinstance(line, str) else json.dumps(line) for line in lines)
    assert title.split() == ["time", "status", "method", "route", "ms", "db", "user", "code", "reason"]
    return rest


def test_request_is_a_row_of_columns() -> None:
    (row,) = rows(REQUEST)
    assert row.split() == ["12:00:00.123", "200", "GET", "/api/tasks", "3.21", "1.5", "/1", "2bd806c9"]


def test_columns_stand_under_their_titles() -> None:
    refused = REQUEST | {"status": 401, "user": None, "db_round_trips": 0, "code": "UNAUTHORIZED", "reason": "no token"}
    title, first, second = readable([json.dumps(REQUEST), json.dumps(refused)])
    assert second[title.index("code") :] == f"{'UNAUTHORIZED':<19} no token"
    assert first.index("2bd806c9") == title.index("user")


def test_connection_that_was_dialled_is_marked() -> None:
    (row,) = rows(REQUEST | {"db_reconnected": True})
    assert "1.5 /1+" in row


@pytest.mark.parametrize("line", ["Traceback (most recent call last):", "{not json", '"text"', "[1]", "7", ""])
def test_line_that_is_no_record_stands_as_it_is(line: str) -> None:
    assert rows(line) == [line]


def test_record_of_something_else_is_its_level_and_message_with_the_exception_below() -> None:
    record = {"level": "ERROR", "message": "unreadable event", "timestamp": "2026-01-01 12:00:00,123+0000"}
    row, *details = rows(record | {"exception": "Traceback\n  KeyError: 'x'"})
    assert row.split() == ["12:00:00.123", "ERROR", "unreadable", "event"]
    assert details == ["    Traceback", "      KeyError: 'x'"]


def test_nothing_in_a_line_steers_the_terminal() -> None:
    for line in (json.dumps(REQUEST | {"reason": "\x1b[2J\u202e"}), "\x1b]0;title\x07"):
        (row,) = rows(line)
        assert row.isprintable()


def test_log_is_printed_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "dev.log"
    path.write_text("one\ntwo\nthree, not ended")
    assert show(path, follow=False) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["one", "two", "three, not ended"]


def test_missing_log_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="make dev"):
        show(tmp_path / "dev.log", follow=True)


class Stop(Exception):
    """Ends a log that is followed."""


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, list[str]]]:
    """A log that is being followed in a thread, and what was printed of it."""
    path, printed, stopped = tmp_path / "dev.log", list[str](), threading.Event()
    path.write_text("first\n")

    def sleep(seconds: float) -> None:
        if stopped.wait(0.005):
            raise Stop

    def follow() -> None:
        with pytest.raises(Stop):
            show(path, follow=True)

    monkeypatch.setattr("local.logs.log.time.sleep", sleep)
    monkeypatch.setattr("builtins.print", printed.append)
    thread = threading.Thread(target=follow)
    thread.start()
    yield path, printed
    stopped.set()
    thread.join()


def test_followed_log_goes_on_also_when_it_begins_anew(followed: tuple[Path, list[str]]) -> None:
    path, printed = followed
    wait_for(printed, "first")
    with path.open("a") as file:
        file.write("second, in ")
        file.flush()
        file.write("two parts\n")
    wait_for(printed, "second, in two parts")
    path.write_text("anew\n")
    wait_for(printed, "anew")


def wait_for(printed: list[str], line: str) -> None:
    deadline = time.monotonic() + 10
    while line not in printed:
        assert time.monotonic() < deadline, printed
        threading.Event().wait(0.005)


def test_requests_of_make_dev_are_in_its_log_and_not_on_the_terminal(database_url: str, tmp_path: Path) -> None:
    log, port = tmp_path / "dev.log", free_port()
    with started(log, DATABASE_URL=database_url, PORT=str(port)) as process:
        greeting(process)
        assert httpx.get(f"http://127.0.0.1:{port}/api/tasks", timeout=30).status_code == 401
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert output.split()[:3] == ["GET", "/api/tasks", "401"]
    assert "{" not in output
    (row,) = rows(*log.read_text().splitlines())
    assert row.split()[1:4] == ["401", "GET", "/api/tasks"]
