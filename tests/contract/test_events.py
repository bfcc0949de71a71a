"""Every file of events/ is answered as its expectation says, by the handler that the template gives its route."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.postgres import EmbeddedPostgres
from local.replay import EVENTS, Replayer, event_files, open_replayer, read_event
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


def test_each_route_has_an_event(template: Template) -> None:
    events = [read_event(path, template) for path in event_files()]
    replayed = {event.content["routeKey"] for event in events if "routeKey" in event.content}
    assert replayed == {route.key for route in template.routes}


def test_each_expectation_has_an_event() -> None:
    expected = {path.name for path in (EVENTS / "expected").iterdir()}
    assert expected == {path.name for path in event_files()}


def test_replaying_twice_gives_the_same(template: Template, replayer: Replayer) -> None:
    event = read_event(EVENTS / "complete_task.json", template)
    assert [replayer.run(event).faults for _ in range(2)] == [[], []]


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
