"""What can be said of a history whose requests were served at the same time, when it is over: the journal tells."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.api import Answer
from tests.sync.journal import Entry, Truth
from tests.sync.refusals import REASONS
from tests.sync.requests import Request
from tests.sync.vocabulary import Vocabulary


def check(entries: list[Entry], served: list[tuple[Request, Answer]], words: Vocabulary) -> None:
    texts = texts_written(entries, words)
    adrift = _adrift(served, words)
    doubled = {text for (_, text), times in texts.items() if times > 1} - adrift
    assert not doubled, f"doubled: {doubled}"
    written = {text for _, text in texts}
    revisions = {(entry.id, entry.revision) for entry in entries if entry.changes}
    versions = {(entry.id, entry.version) for entry in entries if entry.changes}
    for request, answer in served:
        told = f"{request} was answered {answer.status} {answer.text}"
        if answer.status >= 400:
            assert (answer.status, answer.code) in REASONS, told
        lost = _claimed_by_number(request, answer) - revisions | _claimed_by_version(request, answer) - versions
        assert not lost, f"lost: {lost} of {told}"
        false = words.texts_of(list(_stale(request, answer))) & written - adrift
        assert not false, f"false conflict: {told}"
        lost_texts = words.texts_of(list(_done(request, answer))) - written
        assert not lost_texts, f"lost: {told}"


def texts_written(entries: list[Entry], words: Vocabulary) -> Counter[tuple[int, str]]:
    """How often each text came into a row, by account; and the order of all that was done is looked at.

    What comes into a row once more when its tombstone is gone counts once: nobody could know that it was there.
    """
    truth, found = Truth(), Counter[tuple[int, str]]()
    for entry in entries:
        known = truth.rows.get(entry.id) or truth.tombstones.get(entry.id)
        truth.add(entry)
        if entry.what == "written":
            text, before = (one and one.content.get(words.text_field) for one in (entry, known))
            if text and text != before:
                again = found[truth.epoch, text] and entry.id in truth.forgotten
                found[truth.epoch, text] += 0 if again else 1
    return found


def _adrift(served: list[tuple[Request, Answer]], words: Vocabulary) -> set[str]:
    """Of batches whose fate nobody knows; and of changes without a condition, which a function may repeat after
    somebody else's, for all of them are under way: the last that comes wins."""
    lost = (request.body["operations"] for request, answer in served if answer.status == 410 and request.is_batch)
    changes = (request for request, _ in served if request.method in ("PATCH", "PUT") and request.expected is None)
    repeated = ([request.body] for request in changes if request.body)
    return {text for sent in (*lost, *repeated) for text in words.texts_of(sent)}


def _results(request: Request, answer: Answer) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    if request.is_batch and answer.status == 200:
        yield from zip(request.body["operations"], answer.data, strict=True)


def _claimed_by_number(request: Request, answer: Answer) -> set[tuple[str, int]]:
    results = _results(request, answer)
    return {(operation["id"], result["revision"]) for operation, result in results if result["revision"] is not None}


def _claimed_by_version(request: Request, answer: Answer) -> set[tuple[str, int]]:
    if request.is_batch or request.method == "GET" or answer.status >= 300 or not answer.text:
        return set()
    return {(answer.data["id"], answer.data["version"])} if "version" in (answer.data or {}) else set()


def _stale(request: Request, answer: Answer) -> Iterator[dict[str, Any]]:
    if answer.status == 412 and request.body:
        yield request.body
    yield from (operation for operation, result in _results(request, answer) if result["status"] == "stale")


def _done(request: Request, answer: Answer) -> Iterator[dict[str, Any]]:
    if not request.is_batch and request.method != "GET" and answer.status < 300 and request.body:
        yield request.body
    yield from (operation for operation, result in _results(request, answer) if result["revision"] is not None)
