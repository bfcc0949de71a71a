"""Every file of events/ is answered as its expectation says, by the handler that the template has for it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.postgres.server import EmbeddedPostgres
from local.replay.events import EVENTS, EventError, Replayer, event_files, open_replayer, read_event
from local.template import Template, read_template

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def template() -> Template:
    return read_template(ROOT / "template.yaml")


@pytest.fixture(scope="module")
def replayer(postgres: EmbeddedPostgres, template: Template) -> Iterator[Replayer]:
    with open_replayer(template, postgres, os.environ) as opened:
        yield opened


@pytest.mark.parametrize("path", event_files(), ids=lambda path: path.stem)
def test_event_is_answered_as_expected(path: Path, template: Template, replayer: Replayer) -> None:
    assert replayer.run(read_event(path, template)).faults == []


def test_each_route_and_each_schedule_has_an_event(template: Template) -> None:
    events = [read_event(path, template) for path in event_files()]
    replayed = {event.content["routeKey"] for event in events if not event.scheduled}
    served = {route.key for route in template.routes}
    assert replayed == served, f"in events/ or in template.yaml, and not in both: {sorted(replayed ^ served)}"
    assert {event.function for event in events if event.scheduled} == set(template.scheduled)


def test_each_expectation_has_an_event() -> None:
    expected = {path.name for path in (EVENTS / "expected").iterdir()}
    assert expected == {path.name for path in event_files()}


def test_replaying_twice_gives_the_same(template: Template, replayer: Replayer) -> None:
    event = read_event(EVENTS / "complete_task.json", template)
    assert [replayer.run(event).faults for _ in range(2)] == [[], []]


def test_a_wrong_result_is_found(
    template: Template, replayer: Replayer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Given an expectation of the purge that its rows do not meet
    events = tmp_path / "events"
    shutil.copytree(EVENTS, events)
    (events / "expected" / "purge.json").write_text('{"result": {"buckets": 4}}')
    monkeypatch.setattr("local.replay.events.EVENTS", events)
    # When its event is replayed
    outcome = replayer.run(read_event(events / "purge.json", template))
    # Then the fault says where, and there is no answer over HTTP
    assert outcome.faults == ["result.buckets: expected 4, got 3"]
    assert outcome.response is None


def test_a_scheduled_event_is_for_the_function_that_it_is_named_after(template: Template, tmp_path: Path) -> None:
    for name in ("purge.json", "purge_again.json", "health.json"):
        (tmp_path / name).write_bytes((EVENTS / "purge.json").read_bytes())

    for name in ("purge.json", "purge_again.json"):
        assert read_event(tmp_path / name, template).function.handler == "functions.purge.handler"
    with pytest.raises(EventError, match=r"health\.json: the file must be named after .*: purge$"):
        read_event(tmp_path / "health.json", template)


def test_wrong_answer_and_missing_expectation_are_found(template: Template, replayer: Replayer, tmp_path: Path) -> None:
    # Given an event under the name of another, whose expectation it cannot meet
    content = (EVENTS / "health.json").read_bytes()
    (tmp_path / "get_task.json").write_bytes(content)
    (tmp_path / "unknown.json").write_bytes(content)
    # When both are replayed
    wrong = replayer.run(read_event(tmp_path / "get_task.json", template))
    missing = replayer.run(read_event(tmp_path / "unknown.json", template))
    # Then each has a fault that says so
    assert any(fault.startswith("body.data.id: expected") for fault in wrong.faults)
    assert missing.faults == [f"{EVENTS / 'expected' / 'unknown.json'}: No such file or directory"]
