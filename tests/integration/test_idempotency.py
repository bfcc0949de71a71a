"""A POST with an Idempotency-Key makes one task, however often and by however many it is sent."""

import threading
from contextlib import ExitStack

import psycopg
import pytest

from shared.core.auth.verifier import Caller
from shared.core.database.connection import ConnectionSource
from shared.core.database.conninfo import connection_parameters
from shared.core.database.session import Session
from shared.core.deadline import Deadline
from shared.core.errors import ApiError
from shared.core.resource.store import Stored
from shared.tasks import TaskCreate, TaskPublic, TaskStore
from tests.api import Answer, Api


def keyed(api: Api, key: str, title: str = "Buy milk") -> Answer:
    return api.create({"title": title}, headers={"idempotency-key": key})


def test_the_same_request_gives_the_stored_answer_again(alice: Api) -> None:
    first, again = keyed(alice, "k1"), keyed(alice, "k1")

    assert (first.status, again.status) == (201, 201)
    assert again.data == first.data
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == first.headers["etag"] == '"1"'
    assert len(alice.list().data) == 1


def test_a_keyed_task_is_stored_as_it_was_answered(alice: Api) -> None:
    task = keyed(alice, "k1").data

    assert alice.get(task["id"]).data == task


def test_the_stored_answer_outlives_changes_of_the_task(alice: Api) -> None:
    first = keyed(alice, "k1")
    alice.delete(first.data["id"])

    assert keyed(alice, "k1").data == first.data
    assert alice.list().data == []


def test_another_body_under_the_key_is_422(alice: Api) -> None:
    keyed(alice, "k1")

    answer = keyed(alice, "k1", "Buy bread")

    assert (answer.status, answer.code) == (422, "VALIDATION_ERROR")
    assert len(alice.list().data) == 1


def test_the_same_body_in_other_words_is_the_same_request(alice: Api) -> None:
    keyed(alice, "k1")

    assert keyed(alice, "k1", "  Buy milk ").headers["idempotency-replayed"] == "true"


def test_keys_belong_to_their_caller(alice: Api, bob: Api) -> None:
    of_alice, of_bob = keyed(alice, "k1"), keyed(bob, "k1", "Buy bread")

    assert of_bob.status == 201
    assert "idempotency-replayed" not in of_bob.headers
    assert of_bob.data["id"] != of_alice.data["id"]


def test_a_key_is_forgotten_after_a_day(alice: Api, served: str) -> None:
    first = keyed(alice, "k1")
    with psycopg.connect(served) as connection:
        connection.execute("alter table idempotency_keys no force row level security")
        connection.execute("update idempotency_keys set created_at = now() - interval '24 hours 1 second'")

    answer = keyed(alice, "k1", "Buy bread")

    assert answer.status == 201
    assert answer.data["id"] != first.data["id"]
    assert keyed(alice, "k1", "Buy bread").data == answer.data


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "\x7f", "é"])
def test_a_bad_key_is_400(alice: Api, key: str) -> None:
    assert keyed(alice, key).status == 400
    assert alice.list().data == []


def test_eight_at_once_with_one_key_make_one_task(served: str, alice: Api) -> None:
    outcomes: list[Stored[TaskPublic] | ApiError] = []
    together = threading.Barrier(8)

    def send(source: ConnectionSource, key: str) -> None:
        task = TaskCreate(title="Buy milk")
        store = TaskStore(Caller("alice", None, None, 0), Session(source, "alice", Deadline.after(9)))
        source.get(Deadline.after(5))
        together.wait()
        try:
            outcomes.append(store.create(task, key))
        except ApiError as error:
            outcomes.append(error)

    with ExitStack() as stack:
        sources = [ConnectionSource(connection_parameters(served)) for _ in range(8)]
        for source in sources:
            stack.callback(source.close)
        for number in range(10):
            threads = [threading.Thread(target=send, args=(source, f"k{number}")) for source in sources]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    stored = [outcome for outcome in outcomes if isinstance(outcome, Stored)]
    assert len(stored) == len(outcomes) == 80
    assert sum(not one.replayed for one in stored) == 10
    assert len({one.data.id for one in stored}) == 10
    assert alice.list(count=True).json["meta"]["total"] == 10
