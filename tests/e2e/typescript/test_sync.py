"""The client's `changes()` and `batch()`, run by Node against the local gateway."""

import re
from typing import Any

import pytest

from tests.e2e.gateway import Served
from tests.e2e.node import why_not_here
from tests.e2e.typescript.conftest import Run

pytestmark = pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here()))

SCENARIOS = "sync.ts"


def test_the_feed_is_read_to_its_end_in_pages_and_later_from_a_cursor(run: Run, api: Served) -> None:
    outcome = run("feed")
    assert outcome == {"pages": [["One", "Two"], ["Three"]], "later": [True], "nothing": [], "cursor": "string"}
    assert api.on("/api/tasks/changes") == ["GET"] * 4


def test_an_expired_cursor_is_thrown_with_its_code(run: Run) -> None:
    assert run("expired") == {"code": "CURSOR_EXPIRED", "status": 410, "anew": []}


def test_a_feed_that_is_broken_off_is_not_read_further(run: Run, api: Served) -> None:
    assert run("brokenOff") == 1
    assert api.on("/api/tasks/changes") == ["GET"]


def test_a_batch_whose_answer_was_lost_is_done_once(run: Run, api: Served) -> None:
    assert run("lostAnswer") == {
        "results": [{"status": "done", "version": 1, "revision": 1}],
        "replayed": True,
        "tasks": 1,
    }
    assert api.on("/api/tasks/batch") == ["POST", "POST"]


def test_an_atomic_batch_is_all_or_nothing(run: Run) -> None:
    assert run("atomic") == ["rolled_back", "not_found"]


def test_a_batch_is_repeated_until_someone_says_what_became_of_it(run: Run) -> None:
    outcome: dict[str, dict[str, Any]] = run("repetitions")

    assert {name: (tried["outcome"], tried["requests"]) for name, tried in outcome.items()} == {
        "no connection": ("TypeError", 4),
        "outcome unknown": ("OUTCOME_UNKNOWN", 4),
        "unavailable": ("SERVICE_UNAVAILABLE", 3),
        "not by a function": (503, 2),
        "rate limited": ("RATE_LIMITED", 2),
        "never": (503, 1),
        "unknown": ("UNKNOWN_CLIENT", 1),
        "wrong": ("VALIDATION_ERROR", 1),
        "defect": ("INTERNAL_ERROR", 1),
        "aborted": ("AbortError", 1),
        "signed out": ("SIGNED_OUT", 1),
    }
    # As long as it was told to wait; otherwise longer each time, and not all clients at once.
    for name, asked, times in (("unavailable", 7, 2), ("rate limited", 42, 1)):
        waits = outcome[name]["waits"]
        assert len(waits) == times
        assert all(asked <= wait <= asked + 1 for wait in waits)
    for name in ("no connection", "outcome unknown"):
        assert all(2**n / 2 <= wait <= 2**n for n, wait in enumerate(outcome[name]["waits"]))


def test_an_abort_ends_the_wait_for_a_repetition(run: Run) -> None:
    assert run("abortedWhileItWaits") == "AbortError"


def test_ids_of_the_clients_making_are_of_version_7_and_in_order(run: Run) -> None:
    outcome = run("ids")
    assert (outcome["different"], outcome["inOrder"], outcome["now"]) == (1000, True, True)
    version_7 = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert all(re.fullmatch(version_7, made) for made in outcome["ids"])
