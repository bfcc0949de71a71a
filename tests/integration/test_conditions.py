"""Conditional requests: who knows a version changes that version only."""

import threading
from contextlib import ExitStack
from uuid import UUID

import pytest

from shared.core.auth.verifier import Caller
from shared.core.database.connection import ConnectionSource
from shared.core.database.conninfo import connection_parameters
from shared.core.database.session import Session
from shared.core.deadline import Deadline
from shared.core.errors import PreconditionFailed
from shared.core.http.etag import Tags
from shared.tasks import TaskStore, TaskUpdate
from tests.api import Api
from tests.integration.test_isolation import NOBODYS_TASK

STALE = '"99"'


def test_every_answer_with_a_task_has_its_version(alice: Api) -> None:
    created = alice.create({"title": "Buy milk"})
    task = created.data["id"]
    updated = alice.update(task, {"title": "Buy bread"})
    toggled = alice.complete(task)

    assert [answer.headers["etag"] for answer in (created, updated, toggled)] == ['"1"', '"2"', '"3"']
    assert alice.get(task).headers["etag"] == '"3"'


@pytest.mark.parametrize("known", ['"1"', 'W/"1"', '"7", "1"', "*"])
def test_a_known_version_is_not_sent_again(alice: Api, known: str) -> None:
    task = alice.created()["id"]

    answer = alice.get(task, headers={"if-none-match": known})

    assert (answer.status, answer.text) == (304, "")
    assert answer.headers["etag"] == '"1"'


@pytest.mark.parametrize("known", [STALE, '"x"', '""'])
def test_another_version_is_sent(alice: Api, known: str) -> None:
    task = alice.created()

    assert alice.get(task["id"], headers={"if-none-match": known}).data == task


@pytest.mark.parametrize("expected", ['"1"', '"7", "1"', "*"])
def test_the_expected_version_is_changed(alice: Api, expected: str) -> None:
    task = alice.created()["id"]
    headers = {"if-match": expected}

    assert alice.update(task, {"title": "Buy bread"}, headers=headers).status == 200


@pytest.mark.parametrize("expected", [STALE, 'W/"1"', '"x"'])
def test_a_stale_version_is_412_and_nothing_happens(alice: Api, expected: str) -> None:
    task = alice.created()
    headers = {"if-match": expected}

    answers = [
        alice.update(task["id"], {"title": "Buy bread"}, headers=headers),
        alice.complete(task["id"], headers=headers),
        alice.complete(task["id"], {"completed": True}, headers=headers),
        alice.delete(task["id"], headers=headers),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [(412, "PRECONDITION_FAILED")] * 4
    assert alice.get(task["id"]).data == task


@pytest.mark.parametrize("expected", ['"1"', STALE, "*"])
def test_anothers_task_is_404_whatever_is_expected(alice: Api, bob: Api, expected: str) -> None:
    task = alice.created()["id"]
    headers = {"if-match": expected}

    for task_id in (task, NOBODYS_TASK):
        assert bob.update(task_id, {"title": "Mine"}, headers=headers).status == 404
        assert bob.complete(task_id, headers=headers).status == 404
        assert bob.delete(task_id, headers=headers).status == 404


def test_the_expected_version_is_deleted(alice: Api) -> None:
    task = alice.created()["id"]

    assert alice.delete(task, headers={"if-match": '"1"'}).status == 204
    assert alice.delete(task, headers={"if-match": '"1"'}).status == 404


@pytest.mark.parametrize("name", ["if-match", "if-none-match"])
@pytest.mark.parametrize("value", ["", "1", '"', '"\x00"', "x" * 10_000])
def test_what_is_no_tag_is_400(alice: Api, name: str, value: str) -> None:
    task = alice.created()["id"]
    call = alice.get if name == "if-none-match" else alice.delete

    assert call(task, headers={name: value}).status == 400


def test_of_many_writers_with_one_tag_one_wins(served: str, alice: Api) -> None:
    task = alice.created()["id"]
    outcomes: list[str] = []
    together = threading.Barrier(6)

    def write(number: int, source: ConnectionSource) -> None:
        store = TaskStore(Caller("alice", None, None, 0), Session(source, "alice", Deadline.after(9)))
        source.get(Deadline.after(5))
        together.wait()
        try:
            store.update(UUID(task), TaskUpdate(title=f"By {number}"), Tags(frozenset({1})))
            outcomes.append(f"By {number}")
        except PreconditionFailed:
            outcomes.append("412")

    with ExitStack() as stack:
        threads = []
        for number in range(6):
            source = ConnectionSource(connection_parameters(served))
            stack.callback(source.close)
            threads.append(threading.Thread(target=write, args=(number, source)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    (winner,) = [outcome for outcome in outcomes if outcome != "412"]
    assert outcomes.count("412") == 5
    answer = alice.get(task)
    assert (answer.data["title"], answer.headers["etag"]) == (winner, '"2"')
