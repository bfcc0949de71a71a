"""How often the client sends what, how long it waits, and what it throws when the answer is not the API's."""

import pytest

from tests.e2e.node import why_not_here
from tests.e2e.typescript.conftest import Run

pytestmark = pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here()))

SCENARIOS = "attempts.ts"
DONE_ONCE = {"get", "create", "create by user", "batch"}


def test_what_did_not_happen_is_repeated_and_what_may_have_where_it_is_done_once(run: Run) -> None:
    calls = run("calls")
    always, once, never = [3] * len(calls), [3 if call in DONE_ONCE else 1 for call in calls], [1] * len(calls)

    assert run("attempts") == {
        "rate limited": always,
        "throttled by the gateway": always,
        "unavailable": always,
        "a dated Retry-After": always,
        "outcome unknown": once,
        "unavailable, says something else": once,
        "bad gateway": once,
        "gateway time-out": once,
        "no connection": once,
        "rate limited for long": never,
        "defect": never,
        "wrong": never,
        "unauthorized": never,
    }


def test_repetitions_can_be_switched_for_the_client_and_for_a_call(run: Run) -> None:
    assert run("switched") == {"without": 1, "own": 4}


def test_it_waits_as_long_as_it_was_told_or_longer_each_time(run: Run) -> None:
    waits = run("waits")
    assert len(waits["growing"]) == 4
    assert all(2**n / 2 <= wait <= 2**n for n, wait in enumerate(waits["growing"]))
    assert len(waits["asked"]) == 2
    assert all(7 <= wait <= 8 for wait in waits["asked"])


def test_an_attempt_that_takes_too_long_is_given_up(run: Run) -> None:
    assert run("timeOuts") == {"outcomes": ["TimeoutError"] * 3, "requests": ["GET", "GET", "PATCH", "GET"]}


def test_a_signal_ends_the_attempt_and_the_wait(run: Run) -> None:
    assert run("aborted") == {"outcomes": ["AbortError"] * 2, "requests": [1, 1]}


def test_an_answer_that_is_not_the_apis_is_an_error_too(run: Run) -> None:
    assert run("strangers") == {
        "gateway": ["403 without a code", "none", 0, "none", "none"],
        "proxy": ["502 without a code", "none", 0, "none", "none"],
        "nothing": ["503 without a code", "none", 0, "none", "none"],
        "empty": ["500 without a code", "none", 0, "none", "none"],
        "null": ["500 without a code", "none", 0, "none", "none"],
        "text": ["400 without a code", "none", 0, 3, "7"],
        "not modified": ["304 without a code", "none", 0, "none", "none"],
    }
