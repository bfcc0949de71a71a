"""The reference replica, against a server that says what it is told to say."""

from typing import Any

import pytest

from tests.sync.replica import MOST_BEGINNINGS, Failure, NoAnswer, Refused, Replica

A, B = {"id": "a", "version": 1, "title": "A"}, {"id": "b", "version": 1, "title": "B"}


class Server:
    """Answers what it has been given, in this order, and keeps what it was sent."""

    def __init__(self, *answers: tuple[int, Any] | None) -> None:
        self.answers = list(answers)
        self.sent: list[Any] = []
        self.asked: list[tuple[str, str]] = []

    def __call__(self, method: str, path: str, *, query: dict[str, Any], body: Any) -> tuple[int, Any]:
        self.asked.append((method, path))
        self.sent.append(body or query)
        if (answer := self.answers.pop(0)) is None:
            raise NoAnswer
        return answer


def done(*statuses: str) -> tuple[int, Any]:
    return 200, {"data": [{"status": status} for status in statuses]}


def error(status: int, code: str) -> tuple[int, Any]:
    return status, {"error": {"code": code}}


def page(*items: dict[str, Any], gone: tuple[str, ...] = (), cursor: str = "c1", more: bool = False) -> tuple[int, Any]:
    told = [{"id": item["id"], "deleted": False, "task": item} for item in items]
    deleted = [{"id": item_id, "deleted": True, "task": None} for item_id in gone]
    return 200, {"data": [*told, *deleted], "meta": {"cursor": cursor, "more": more}}


def replica_of(*answers: tuple[int, Any] | None) -> tuple[Replica, Server]:
    server = Server(*answers)
    return Replica("tasks", "task", server), server


def test_what_its_user_does_is_shown_on_top_until_the_feed_has_it() -> None:
    replica, _ = replica_of(page(A, B), done("done", "done"), page({**A, "version": 2, "title": "A2"}, gone=("b",)))
    replica.pull()
    replica.patch("a", {"title": "A2"})
    replica.delete("b")

    for step in (None, replica.push, replica.pull):
        if step:
            step()
        assert [item["title"] for item in replica.items().values()] == ["A2"]
    assert replica.copy["a"]["version"] == 2


def test_a_feed_that_begins_anew_without_end_is_not_read_for_ever() -> None:
    answers = [page(A, more=True), error(410, "CURSOR_EXPIRED")] * (MOST_BEGINNINGS + 1)
    replica, server = replica_of(*answers, page(A))

    with pytest.raises(Refused):
        replica.pull()

    assert len(server.asked) == 2 * (MOST_BEGINNINGS + 1)


def test_a_batch_is_repeated_unchanged_until_it_is_answered() -> None:
    replica, server = replica_of(None, None, done("done"), done("done"))
    replica.patch("a", {"title": "1"})
    with pytest.raises(NoAnswer):
        replica.push()
    replica.patch("a", {"title": "2"})
    with pytest.raises(NoAnswer):
        replica.push()

    replica.push()

    first, second, third, fourth = server.sent
    assert first == second == third
    assert [batch["seq"] for batch in (first, fourth)] == [1, 2]
    assert [batch["operations"][0]["patch"]["title"] for batch in (first, fourth)] == ["1", "2"]


def test_what_was_not_done_is_told_and_shown_no_more() -> None:
    replica, server = replica_of(page(A), done("stale"))
    replica.pull()
    replica.patch("a", {"title": "A2"}, unless_changed=True)

    replica.push()

    assert replica.failures == [Failure(server.sent[1]["operations"][0], "stale")]
    assert (server.sent[1]["operations"][0]["version"], replica.items()) == (1, {"a": A})
    assert server.asked == [("GET", "/api/tasks/changes"), ("POST", "/api/tasks/batch")]


def test_on_top_of_its_own_operation_it_names_no_version() -> None:
    replica, _ = replica_of(page(A))
    replica.pull()
    replica.patch("a", {"title": "1"}, unless_changed=True)
    replica.patch("a", {"title": "2"}, unless_changed=True)

    assert ["version" in operation for operation in replica.outbox] == [True, False]


def test_a_cursor_that_has_expired_is_dropped_with_what_does_not_come_again() -> None:
    replica, server = replica_of(
        page(A, B), error(410, "CURSOR_EXPIRED"), page(A, cursor="c2", more=True), None, page()
    )
    replica.pull()
    with pytest.raises(NoAnswer):
        replica.pull()
    assert replica.items() == {"a": A, "b": B}

    replica.pull()

    assert [query.get("after") for query in server.sent] == [None, "c1", None, "c2", "c2"]
    assert replica.items() == {"a": A}


@pytest.mark.parametrize("refusal", [error(410, "UNKNOWN_CLIENT"), error(409, "SUPERSEDED")])
def test_a_client_that_the_server_does_not_know_is_another_from_then_on(refusal: tuple[int, Any]) -> None:
    replica, server = replica_of(done("done"), refusal, done("done", "done"))
    replica.patch("a", {"title": "1"})
    replica.push()
    replica.patch("a", {"title": "2"})
    replica.patch("b", {"title": "3"})

    replica.push()

    first, second, third = server.sent
    assert first["client_id"] == second["client_id"] != third["client_id"]
    assert (third["seq"], third["operations"]) == (1, second["operations"])


def test_a_refusal_that_no_repetition_can_mend_is_an_error() -> None:
    replica, _ = replica_of(error(422, "VALIDATION_ERROR"))
    replica.patch("a", {"unknown": 1})

    with pytest.raises(Refused):
        replica.push()
