"""`make logs`: what the functions logged under `make dev`, as columns; what is no line of a request, as it stands."""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from local import ROOT

DEV_LOG = ROOT / ".local" / "dev.log"
_POLL_SECONDS = 0.2
_ROW = "{time:<12} {status:>6} {method:<6} {route:<36} {ms:>8} {db:>12} {user:<8} {code:<19} {reason}"
_TITLES = {name: name for name in ("time", "status", "method", "route", "ms", "db", "user", "code", "reason")}


class LogError(Exception):
    """There is no log to show; the text says how to get one."""


def show(path: Path, *, follow: bool) -> int:
    """Print the log, and go on with what is added to it.

    Raises:
        LogError: there is none.
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in readable(_lines(file, path, follow=follow)):
                print(line)
                sys.stdout.flush()
    except FileNotFoundError as error:
        raise LogError("there is no log yet: make dev writes one") from error
    return 0


def readable(lines: Iterable[str]) -> Iterator[str]:
    """A title, and then each line in columns if it is that of a request."""
    yield printable(_ROW.format(**_TITLES))
    for line in lines:
        record = _record(line)
        if record is None:
            yield printable(line)
        elif "status" in record:
            yield printable(_ROW.format(**_columns(record)))
        else:
            yield printable(f"{_time(record):<12} {_text(record, 'level'):>6} {_text(record, 'message')}")
        for detail in _text(record or {}, "exception").splitlines():
            yield printable(f"    {detail}")


def _lines(file: IO[str], path: Path, *, follow: bool) -> Iterator[str]:
    part = ""
    while True:
        part += file.readline()
        if part.endswith("\n") or (part and not follow):
            yield part.rstrip("\r\n")
            part = ""
        elif not follow:
            return
        else:
            time.sleep(_POLL_SECONDS)
            if path.exists() and path.stat().st_size < file.tell():  # make dev was started anew
                file.seek(0)
                part = ""


def _record(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _columns(record: Mapping[str, Any]) -> dict[str, str]:
    trips = _text(record, "db_round_trips")
    database = f"{_text(record, 'db_ms')} /{trips}{'+' if record.get('db_reconnected') else ''}" if trips != "0" else ""
    own = {name: _text(record, name) for name in ("status", "method", "route", "ms", "user", "code", "reason")}
    return {**own, "time": _time(record), "db": database}


def _time(record: Mapping[str, Any]) -> str:
    """Of `2026-01-01 12:00:00,123+0000` the time of day."""
    return _text(record, "timestamp").partition(" ")[2].partition("+")[0].replace(",", ".")


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return "" if value is None else str(value)


def printable(line: str) -> str:
    """Without what would steer a terminal: a line may hold what a client has sent."""
    return "".join(char if char.isprintable() or char == "\t" else f"\\x{ord(char):02x}" for char in line).rstrip()
