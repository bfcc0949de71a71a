"""The limit per caller and minute, counted in the same round trip."""

import re
from dataclasses import replace

import pytest

from shared.core.environment import environment
from shared.tables.tasks import TASKS
from shared.tasks import TaskStore
from tests.api import Answer, Api
from tests.minutes import limit


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch, served: str) -> int:
    limit(monkeypatch, 3)
    return 3


def remaining(answer: Answer) -> int:
    match = re.fullmatch(r'"default";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert match
    assert 0 < int(match[2]) <= 60
    return int(match[1])


def test_past_the_limit_it_is_429_and_nothing_happens(limited: int, alice: Api) -> None:
    allowed = [alice.create({"title": f"Task {number}"}) for number in range(limited)]

    refused = alice.create({"title": "One too many"})

    assert [answer.status for answer in allowed] == [201] * limited
    assert [remaining(answer) for answer in allowed] == [2, 1, 0]
    assert (refused.status, refused.code) == (429, "RATE_LIMITED")
    assert remaining(refused) == 0
    assert refused.headers["ratelimit-policy"] == '"default";q=3;w=60'
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert environment().connections.connected  # the refusal leaves the connection as it was


def test_reads_count_too_and_cannot_write(limited: int, alice: Api) -> None:
    answers = [alice.list() for _ in range(limited + 1)]

    assert [answer.status for answer in answers] == [200, 200, 200, 429]


def test_another_caller_is_not_affected(limited: int, alice: Api, bob: Api) -> None:
    for _ in range(limited + 1):
        alice.list()

    assert remaining(bob.list()) == 2


def test_what_never_reached_the_database_is_not_counted(limited: int, alice: Api) -> None:
    for _ in range(limited + 1):
        assert alice.create({"title": ""}).status == 422

    assert "ratelimit" not in alice.create({"title": ""}).headers
    assert remaining(alice.list()) == 2


def test_switched_off_it_counts_nothing(monkeypatch: pytest.MonkeyPatch, alice: Api) -> None:
    monkeypatch.setenv("RATE_LIMIT_PER_MINUTE", "0")

    answer = alice.list()

    assert answer.status == 200
    assert "ratelimit" not in answer.headers
    assert "ratelimit-policy" not in answer.headers


def test_a_read_under_a_limit_is_still_refused_to_write(
    limited: int, alice: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server, not only our own statements, sees to it: here a read's statement tries to write."""
    writing = replace(TASKS.get, sql="delete from tasks returning *")
    monkeypatch.setattr(TaskStore, "statements", TASKS._replace(get=writing))
    task = alice.created()["id"]

    assert alice.get(task).status == 503
    assert len(alice.list().data) == 1
