"""POST /api/tasks/complete-all: every open task, in one request, as if each had been completed alone."""

import psycopg
import pytest

from shared.core.database.connection import ConnectionSource
from shared.tasks import TaskCreate, TaskStore
from tests.api import Answer, Api
from tests.stores import at_once, store_for


def complete_all(api: Api) -> Answer:
    return api.call("complete_all_tasks", "POST", "/tasks/complete-all")


def changes(api: Api, after: str | None = None) -> Answer:
    query = {} if after is None else {"after": after}
    return api.call("list_task_changes", "GET", "/tasks/changes", query=query)


@pytest.mark.parametrize("by_user", [False, True], ids=["by token", "by user"])
def test_the_open_ones_are_completed_and_the_others_stay_as_they_are(alice: Api, by_user: bool) -> None:
    alice.by_user = by_user
    tasks = [alice.created(f"{number}") for number in range(5)]
    done = [alice.complete(task["id"]).data for task in tasks[:2]]

    answer = complete_all(alice)

    assert (answer.status, answer.json) == (200, {"data": {"count": 3}})
    after = alice.list().data[::-1]
    assert after[:2] == done
    assert all(task["completed"] and task["completed_at"] == task["updated_at"] for task in after)
    assert [task["version"] for task in after] == [2] * 5
    assert alice.list(count=True, completed=True).json["meta"]["total"] == 5


def test_the_second_time_there_is_nothing_to_do(alice: Api) -> None:
    assert complete_all(alice).data == {"count": 0}
    alice.created()

    assert [complete_all(alice).data["count"] for _ in range(2)] == [1, 0]
    assert alice.list().data[0]["version"] == 2


def test_each_is_in_the_feed_once_oldest_first(alice: Api) -> None:
    tasks = [alice.created(f"{number}")["id"] for number in range(4)]
    cursor = changes(alice).json["meta"]["cursor"]

    complete_all(alice)

    seen = changes(alice, cursor).data
    assert [change["id"] for change in seen] == tasks
    assert [change["task"] for change in seen] == alice.list().data[::-1]


def test_what_others_have_stays_open(alice: Api, bob: Api) -> None:
    task = alice.created()
    bob.created()

    assert complete_all(bob).data == {"count": 1}
    assert alice.list().data == [task]


def test_with_others_writing_at_once_counts_and_revisions_are_exact(
    functions_url: str, alice: Api, superuser: psycopg.Connection
) -> None:
    for number in range(20):
        alice.created(f"{number}")
    counted = list[int]()

    def complete(source: ConnectionSource) -> None:
        counted.append(store_for(TaskStore, "alice", source).complete_all().count)

    def write(source: ConnectionSource) -> None:
        store = store_for(TaskStore, "alice", source)
        for number in range(10):
            store.create(TaskCreate(title=f"new {number}"))

    at_once(functions_url, complete, complete, write, write)

    query = """select (select count(*) from tasks where completed), completed_tasks,
      (select count(*) from tasks), tasks, revision, (select max(revision) from tasks) from users"""
    ((done, counted_done, rows, counted_rows, revision, newest),) = superuser.execute(query).fetchall()
    assert (done, rows) == (counted_done, counted_rows) == (sum(counted), 40)
    assert revision == newest == 40 + sum(counted)
