"""Whose requests the client sends: one user's, with one user's token, until their session is over."""

import pytest

from tests.e2e.node import why_not_here
from tests.e2e.typescript.conftest import Run

pytestmark = pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here()))

SCENARIOS = "session.ts"


def test_without_a_token_the_first_one_is_fetched_once(run: Run) -> None:
    assert run("firstToken") == {"outcomes": ["ok"] * 3, "refreshes": 1, "right": True, "told": []}


def test_a_client_without_a_getter_keeps_the_token_in_itself(run: Run) -> None:
    assert run("keptToken") == {"outcomes": ["ok", "ok"], "refreshes": 2, "sent": [False, True, True]}


def test_a_token_of_another_user_is_not_sent(run: Run) -> None:
    assert run("anotherUsersToken") == {"outcomes": ["401 OTHER_USER"] * 3, "seen": [], "told": ["OTHER_USER"]}


def test_a_request_of_the_former_user_is_not_answered_with_the_new_ones_data(run: Run) -> None:
    assert run("refreshedAsAnother") == {"outcomes": ["401 OTHER_USER"] * 4, "foreign": [], "told": ["OTHER_USER"]}


def test_where_nobody_is_signed_in_it_is_said_once(run: Run) -> None:
    assert run("nobody") == {"outcomes": ["401 SIGNED_OUT"] * 4, "before": ["SIGNED_OUT"], "later": "ok", "requests": 1}


def test_a_refresh_that_fails_is_one_error_for_all_that_waited(run: Run) -> None:
    assert run("failing") == {
        "one": True,
        "message": "401 SIGNED_OUT: The token could not be renewed.",
        "cause": "the session is over",
        "told": ["SIGNED_OUT"],
    }


def test_a_lost_connection_is_not_the_end_of_a_session(run: Run) -> None:
    assert run("withoutAConnection") == {"outcomes": ["TypeError", "ok"], "told": []}


def test_a_refresh_that_hangs_is_given_up(run: Run) -> None:
    assert run("hangingRefresh") == {"outcomes": ["TimeoutError", "ok"], "refreshes": 2, "told": []}


def test_a_closed_client_answers_nothing_and_sends_nothing(run: Run) -> None:
    assert run("closed") == {"outcomes": ["401 SIGNED_OUT"] * 2, "requests": 1, "told": []}


def test_what_waits_for_a_token_when_the_client_is_closed_is_not_sent(run: Run) -> None:
    assert run("closedMeanwhile") == {"outcomes": ["401 SIGNED_OUT"], "seen": [], "told": []}
