"""What only tasks have: their completion, and the fields that they are. The rest is in tests/integration/resource."""

import psycopg
import pytest

from shared.tasks import TaskPublic
from tests.api import Api


@pytest.fixture(params=[False, True], ids=["by token", "by user"])
def api(alice: Api, request: pytest.FixtureRequest) -> Api:
    alice.by_user = request.param
    return alice


def test_a_created_task_is_answered_whole(api: Api) -> None:
    answer = api.create({"title": "  Buy milk ", "description": " two litres "})

    assert answer.status == 201
    task = answer.data
    assert answer.headers["location"] == f"/api/tasks/{task['id']}"
    assert (task["user_id"], task["title"], task["description"]) == ("alice", "Buy milk", "two litres")
    assert (task["completed"], task["completed_at"]) == (False, None)
    assert task["created_at"] == task["updated_at"]
    assert task["created_at"].endswith("Z")
    assert list(answer.json) == ["data"]
    first = {"id", "user_id", "title", "description", "completed", "completed_at", "created_at", "updated_at"}
    assert first <= set(task) == set(TaskPublic.model_fields)


def test_an_update_replaces_the_description_and_keeps_completed(api: Api) -> None:
    task = api.created(description="two litres")
    api.complete(task["id"], {"completed": True})

    answer = api.update(task["id"], {"title": "Buy bread"})

    assert answer.status == 200
    assert (answer.data["title"], answer.data["description"], answer.data["completed"]) == ("Buy bread", None, True)
    assert api.get(task["id"]).data == answer.data
    assert answer.data["updated_at"] > task["updated_at"]
    assert answer.data["created_at"] == task["created_at"]


def test_an_update_can_complete_and_reopen(api: Api) -> None:
    task = api.created()

    done = api.update(task["id"], {"title": "Buy milk", "completed": True}).data
    reopened = api.update(task["id"], {"title": "Buy milk", "completed": False}).data

    assert (done["completed"], done["completed_at"]) == (True, done["updated_at"])
    assert (reopened["completed"], reopened["completed_at"]) == (False, None)


def test_complete_without_a_body_toggles(api: Api) -> None:
    task = api.created()

    first, second = api.complete(task["id"]), api.complete(task["id"])

    assert (first.status, first.data["completed"], second.data["completed"]) == (200, True, False)
    assert first.data["completed_at"] is not None
    assert second.data["completed_at"] is None


def test_setting_complete_twice_is_setting_it_once(api: Api) -> None:
    task = api.created()

    first = api.complete(task["id"], {"completed": True}).data
    second = api.complete(task["id"], {"completed": True}).data

    assert second == first
    assert api.get(task["id"]).headers["etag"] == '"2"'


def test_completion_takes_a_boolean_only(alice: Api) -> None:
    task = alice.created()["id"]

    for body in ({}, {"completed": "true"}, {"completed": 1}, {"completed": None}):
        answer = alice.complete(task, body)
        assert (answer.status, answer.fields) == (422, ["completed"])
    for value in (None, "no", [1], 0):
        answer = alice.update(task, {"title": "ok", "completed": value})
        assert (answer.status, answer.fields) == (422, ["completed"])

    assert alice.get(task).data["completed"] is False
    assert alice.get(task).headers["etag"] == '"1"'


@pytest.mark.parametrize("unknown", [{"completed": True}, {"id": "x", "version": 1}])
def test_a_new_task_is_not_completed_yet_and_has_what_the_server_gives_it(
    alice: Api, unknown: dict[str, object]
) -> None:
    answer = alice.create({"title": "ok"} | unknown)

    assert (answer.status, answer.fields) == (422, list(unknown))
    assert alice.list().data == []


def test_a_toggle_that_found_no_account_to_lock_leaves_a_task_of_the_next_one_alone(alice: Api, served: str) -> None:
    """The task is there only when the patch looks for it, and has a lock."""
    task = alice.created()
    begins_at_the_second_look = f"""
        create sequence looks;
        grant usage on sequence looks to tasks_api;
        create or replace function lock_owner() returns users language plpgsql as $$
        declare
          owner users;
        begin
          if nextval('looks') = 1 then
            update tasks set id = uuidv7();
          else
            update tasks set id = '{task["id"]}';
            select * into owner from users for no key update;
          end if;
          return owner;
        end $$"""
    with psycopg.connect(served) as connection:
        connection.execute(begins_at_the_second_look.encode())

    assert alice.complete(task["id"]).status == 404
