"""`make replay`: a line for each event and a count, or one event with its request and its answer."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from local import ROOT
from local.gateway.response import HttpResponse
from local.postgres.developer import embedded_postgres
from local.replay.accept import accepted, accepted_result
from local.replay.events import (
    Event,
    Outcome,
    Replayer,
    event_files,
    expectation_file,
    open_replayer,
    read_event,
)
from local.replay.expectation import body_of
from local.template import read_template

_TOKEN = re.compile(r"(?<=^Bearer )(\S{12})\S+(\S{4})$", re.IGNORECASE)


def replay(path: Path | None, *, update: bool = False) -> int:
    """Replay one event, or all; returns 1 if an answer is not as expected, unless it is to be expected from now on.

    Raises:
        EventError, TemplateError, PostgresError, MigrationError, HandlersError, WorkerError: it cannot be replayed.
    """
    template = read_template(ROOT / "template.yaml")
    events = [read_event(file, template) for file in ([path] if path else event_files())]
    # The functions' log lines would drown the list.
    environ = {**({} if path else {"POWERTOOLS_LOG_LEVEL": "CRITICAL"}), **os.environ}
    with embedded_postgres(shared=True) as server, open_replayer(template, server, environ) as replayer:
        if update:
            return _update(replayer, events)
        return _replay_one(replayer, events[0]) if path else _replay_all(replayer, events)


def _replay_all(replayer: Replayer, events: list[Event]) -> int:
    failed = 0
    for event in events:
        outcome = replayer.run(event)
        failed += bool(outcome.faults)
        _print_line(event, outcome)
    print(f"{len(events)} events, {failed} not as expected" if failed else f"{len(events)} events, all as expected")
    return 1 if failed or not events else 0


def _update(replayer: Replayer, events: list[Event]) -> int:
    """Write what is answered now where it is not what was expected. An event without an answer stays as it is."""
    failed = 0
    for event in events:
        outcome = replayer.run(event)
        if not outcome.faults:
            continue
        path = expectation_file(event)
        if outcome.response is not None:
            before = json.loads(path.read_bytes()) if path.exists() else None
            path.write_text(accepted(before, outcome.response, event.request_id), encoding="utf-8")
        elif outcome.result is not None:
            path.write_text(accepted_result(outcome.result), encoding="utf-8")
        else:
            failed += 1
            _print_line(event, outcome)
            continue
        print(f"new  {_status(outcome)} {path.relative_to(ROOT)}", flush=True)
    print("look at the diff of events/expected: this is what is promised from now on")
    return 1 if failed else 0


def _replay_one(replayer: Replayer, event: Event) -> int:
    outcome = replayer.run(event)
    _print_json("event" if event.scheduled else "request", _without_token(event.content))
    if outcome.response is not None:
        _print_json("answer", _readable(outcome.response))
    elif outcome.result is not None:
        _print_json("result", outcome.result)
    _print_line(event, outcome)
    return 1 if outcome.faults else 0


def _print_line(event: Event, outcome: Outcome) -> None:
    print(f"{'FAIL' if outcome.faults else 'ok  '} {_status(outcome)} {event.path.name}")
    for fault in outcome.faults:
        print(f"       {fault}")
    sys.stdout.flush()


def _status(outcome: Outcome) -> str:
    if outcome.response is not None:
        return str(outcome.response.status)
    return "---" if outcome.result is None else "ran"


def _print_json(title: str, content: Any) -> None:
    print(f"{title}: {json.dumps(content, indent=2, ensure_ascii=False)}\n", flush=True)


def _without_token(event: dict[str, Any]) -> dict[str, Any]:
    if "headers" not in event:
        return event
    headers = {name: _TOKEN.sub(r"\1...\2", str(value)) for name, value in event["headers"].items()}
    return {**event, "headers": headers}


def _readable(response: HttpResponse) -> dict[str, Any]:
    return {"status": response.status, "headers": dict(response.headers), "body": body_of(response)}
