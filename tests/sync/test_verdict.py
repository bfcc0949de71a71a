"""What the judge of simultaneous clients takes for doubled."""

import json

import pytest

from tests.api import Answer
from tests.resources import RESOURCES
from tests.sync.journal import Entry
from tests.sync.requests import Request
from tests.sync.verdict import check
from tests.sync.vocabulary import Vocabulary

WORDS = Vocabulary(RESOURCES[0])


def entry(what: str, item_id: str, revision: int) -> Entry:
    content = {WORDS.text_field: "once"}
    return Entry(revision, str(revision), "somebody", what, RESOURCES[0].name, item_id, revision, 1, content)


MADE, DELETED, AGAIN = entry("written", "a", 1), entry("buried", "a", 2), entry("written", "b", 3)
TRIMMED = entry("forgotten", "a", 2)


def test_a_text_that_came_into_two_rows_was_doubled() -> None:
    with pytest.raises(AssertionError, match="doubled"):
        check([MADE, DELETED, TRIMMED, AGAIN], [], WORDS)


def test_a_row_that_comes_once_more_after_its_tombstone_went_was_not() -> None:
    check([MADE, DELETED, TRIMMED, AGAIN._replace(id="a")], [], WORDS)


def test_what_is_written_to_it_then_is_not_lost() -> None:
    request = Request("somebody", "PUT", f"/api/{RESOURCES[0].name}/a", body={WORDS.text_field: "later"})
    changed = AGAIN._replace(id="a", revision=4, version=2, content={WORDS.text_field: "later"})
    answer = Answer(200, {}, json.dumps({"data": {"id": "a", "version": 2}}))
    story = [MADE, DELETED, TRIMMED, AGAIN._replace(id="a")]

    check([*story, changed], [(request, answer)], WORDS)
    with pytest.raises(AssertionError, match="lost"):
        check(story, [(request, answer)], WORDS)


def test_an_account_that_begins_anew_may_have_what_it_had() -> None:
    ended = Entry(4, "4", "somebody", "ended", None, "", 0, 0, {})
    check([MADE, ended, AGAIN._replace(revision=1)], [], WORDS)
