"""Holds each answer against what was truly done: 0 lost, 0 doubled, 0 false conflicts, nothing told that is not so."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.api import Answer
from tests.resources import says
from tests.sync.batches import check_batch
from tests.sync.journal import Entry, Journal, Truth
from tests.sync.refusals import Refusal
from tests.sync.requests import Request
from tests.sync.vocabulary import Vocabulary


class Told(NamedTuple):
    """What happened with one request, for the message of a failure."""

    request: Request
    answer: Answer
    changed: list[Entry]

    def __str__(self) -> str:
        return f"{self.request} was answered {self.answer.status} {self.answer.text}, and did {self.changed}"


def _content(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in entry.content.items() if name not in ("version", "revision", "updated_at")}


@dataclass
class Judge:
    """Of one history, in which one request is served after the other.

    `repeats`: the functions may have run a statement twice, for an answer of the database was lost.
    """

    journal: Journal
    vocabulary: Vocabulary
    row_quota: int
    repeats: bool = False
    days_passed: bool = False

    truths: dict[str, Truth] = field(default_factory=dict)
    # By account and client: its last batch, and what was answered.
    batches: dict[tuple[str, int, str], tuple[int, Any]] = field(default_factory=dict)
    # By cursor: the account, and the last revision that had been told.
    told: dict[str, tuple[int, int]] = field(default_factory=dict)
    texts: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    # Texts whose fate nobody knows: the server has forgotten the client that sent them.
    adrift: set[str] = field(default_factory=set)
    # What was served, a line each, for whoever has to find out why.
    story: list[str] = field(default_factory=list)

    def truth(self, user: str) -> Truth:
        return self.truths.setdefault(user, Truth())

    def read(self) -> list[Entry]:
        """What was changed since the last time."""
        entries = self.journal.new()
        for entry in entries:
            truth = self.truth(entry.user_id)
            known = truth.rows.get(entry.id) or truth.tombstones.get(entry.id)
            truth.add(entry)
            if entry.what == "written":
                assert len(truth.rows) <= self.row_quota, "there are more rows than there may be"
                assert known is None or known.what == "buried" or _content(known) != _content(entry), "nothing changed"
                self._count(truth, entry, known)
        return [entry for entry in entries if entry.changes]

    def _count(self, truth: Truth, entry: Entry, known: Entry | None) -> None:
        """Each write has a text of its own, so that it is seen when it is done again."""
        text = entry.content.get(self.vocabulary.text_field)
        if text is not None and (known is None or known.content[self.vocabulary.text_field] != text):
            self.texts[entry.user_id, truth.epoch, text] += 1
            # Of what the server has been made to forget, it cannot tell that it is not new.
            excused = text in self.adrift or entry.id in truth.forgotten
            assert self.texts[entry.user_id, truth.epoch, text] == 1 or excused, f"doubled: {text}"

    def see(self, request: Request, answer: Answer, late: bool) -> None:
        self.story.append(f"{request} {'came late' if late else ''}: {answer.status} {answer.text}")
        truth = self.truth(request.user)
        if request.method == "GET" and answer.status == 200:
            # Whatever it has changed is found with the next write, to which it does not belong.
            if request.is_feed:
                self._feed(request, answer, truth)
            return
        versions = {item_id: entry.version for item_id, entry in truth.rows.items()}
        told = Told(request, answer, self.read())
        if late:
            is_new = truth.epoch or request.item_id_made in truth.forgotten
            assert not told.changed or is_new, f"done again, late: {told}"
            if request.is_batch and answer.status == 200:
                self.batches[self._client(request)] = request.body["seq"], answer.data
        elif request.path == "/api/me":
            assert not truth.rows or answer.status >= 400, f"lost: {told}"
        elif answer.status >= 400:
            self._refused(told, truth)
        elif request.is_batch:
            self._batch(told, versions)
        else:
            standing = versions.get(request.item_id or "")
            assert not told.changed or request.expected in (None, standing), f"overwritten: {told}"
            self._done(told, truth)

    def _refused(self, told: Told, truth: Truth) -> None:
        request, answer = told.request, told.answer
        last_seq, _ = self.batches.get(self._client(request), (0, None)) if request.is_batch else (0, None)
        position = self.told.get(request.query.get("after", ""), (truth.epoch, 0))
        refusal = Refusal(request, truth, self.row_quota, last_seq, position, self.days_passed)
        assert refusal.is_due(answer.status, answer.code), f"refused for no reason: {told}"
        if answer.code == "UNKNOWN_CLIENT":
            self.adrift |= self.vocabulary.texts_of(request.body["operations"])
        # Once more, a deletion that was done finds nothing.
        may_be_done = answer.code == "OUTCOME_UNKNOWN" or (self.repeats and request.method == "DELETE")
        assert not told.changed or may_be_done, f"refused, and done: {told}"

    def _client(self, request: Request) -> tuple[str, int, str]:
        return request.user, self.truth(request.user).epoch, request.body["client_id"]

    def _batch(self, told: Told, versions: dict[str, int]) -> None:
        request, answer = told.request, told.answer
        seq, before = self.batches.get(self._client(request), (0, None))
        if answer.json["meta"]["replayed"] and (seq == request.body["seq"] or not self.repeats):
            assert not told.changed, f"replayed, and done: {told}"
            assert answer.data == before, f"replayed as {answer.data}, after {before}"
        elif not (answer.json["meta"]["replayed"] and not told.changed):  # or a run was lost that had done it
            assert seq + 1 == request.body["seq"] or self.days_passed, f"done again, or out of turn: {told}"
            check_batch(request.body, answer.json, versions, told.changed, self.row_quota)
        self.batches[self._client(request)] = request.body["seq"], answer.data

    def _feed(self, request: Request, answer: Answer, truth: Truth) -> None:
        """In the order of the commits, and nothing for a second time."""
        _, position = self.told.get(request.query.get("after", ""), (truth.epoch, 0))
        for change in answer.data:
            known = truth.tombstones if change["deleted"] else truth.rows
            assert change["id"] in known, f"the feed tells of {change}, which is not so"
            entry = known[change["id"]]
            assert entry.revision > position, f"told again, or out of order: {change} after {position}"
            assert change["deleted"] or change[self.vocabulary.singular]["version"] == entry.version, change
            position = entry.revision
        if not answer.json["meta"]["more"]:
            position = truth.revision
        self.told[answer.json["meta"]["cursor"]] = truth.epoch, position

    def _done(self, told: Told, truth: Truth) -> None:
        """One write, or one of many."""
        request, answer, changed = told
        if answer.status == 204:
            assert [entry.what for entry in changed] == ["buried"], f"lost: {told}"
        elif "count" in answer.data:
            assert len(changed) == answer.data["count"], f"lost: {told}"
        else:
            item, replayed = answer.data, "idempotency-replayed" in answer.headers
            made = request.path.endswith("/restore") or (answer.status == 201 and not replayed)
            assert len(changed) == 1 if made and not self.repeats else len(changed) <= 1, f"lost: {told}"
            assert all((entry.id, entry.version) == (item["id"], item["version"]) for entry in changed), f"lost: {told}"
            if not replayed:
                assert says(truth.rows[item["id"]].content, request.body or {}), f"lost: {told}"
