"""Each user sees and changes their own tasks only: by the owner filter, by row-level security, and by either alone."""

import json
from collections.abc import Callable
from uuid import UUID

import pytest

from shared.core.http.cursor import encode_cursor
from tests.api import Answer, Api
from tests.walls import remove_filters, remove_policies


@pytest.fixture(params=["both walls", "policy alone", "filter alone"])
def walls(request: pytest.FixtureRequest, served: str, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "policy alone":
        remove_filters(monkeypatch, served)
    if request.param == "filter alone":
        remove_policies(served)
    return str(request.param)


TRESPASSES: dict[str, Callable[[Api, str], Answer]] = {
    "get": lambda api, task: api.get(task),
    "update": lambda api, task: api.update(task, {"title": "Mine now"}),
    "complete": lambda api, task: api.complete(task, {"completed": True}),
    "toggle": lambda api, task: api.complete(task),
    "delete": lambda api, task: api.delete(task),
}
NOBODYS_TASK = "01890000-0000-7000-8000-000000000000"


def without_request_id(answer: Answer) -> tuple[int, dict[str, str], object]:
    body = json.loads(answer.text)
    body["error"].pop("request_id")
    headers = {name: value for name, value in answer.headers.items() if name != "ratelimit"}  # it counts requests
    return answer.status, headers, body


@pytest.mark.parametrize("trespass", TRESPASSES)
def test_anothers_task_is_answered_like_one_that_never_was(walls: str, alice: Api, bob: Api, trespass: str) -> None:
    task = alice.created()

    answer = TRESPASSES[trespass](bob, task["id"])

    assert answer.status == 404
    assert without_request_id(answer) == without_request_id(TRESPASSES[trespass](bob, NOBODYS_TASK))
    assert alice.get(task["id"]).data == task


def test_a_list_holds_the_callers_tasks_only(walls: str, alice: Api, bob: Api) -> None:
    alice.created("Of alice"), bob.created("Of bob")

    page = bob.list(count=True).json

    assert [task["title"] for task in page["data"]] == ["Of bob"]
    assert page["meta"]["total"] == 1


def test_anothers_cursor_shows_the_callers_own_rows(walls: str, alice: Api, bob: Api) -> None:
    bob.created("Of bob")
    task = alice.created("Of alice")

    page = bob.list(cursor=encode_cursor(UUID(task["id"]))).json

    assert [task["title"] for task in page["data"]] == ["Of bob"]


def test_without_either_wall_tasks_are_open_to_all(
    served: str, alice: Api, bob: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests above would see a missing wall: with both gone, every trespass succeeds."""
    remove_filters(monkeypatch, served)
    remove_policies(served)
    bob.created()  # who has no row has nothing to lock
    task = alice.created()

    assert [TRESPASSES[name](bob, task["id"]).status for name in TRESPASSES] == [200, 200, 200, 200, 204]
    assert alice.created() in bob.list().data


def test_the_path_of_another_user_is_forbidden_before_any_look_up(alice: Api, bob: Api) -> None:
    task = alice.created()

    answer = bob.call("get_task", "GET", f"/alice/tasks/{task['id']}")

    assert (answer.status, answer.code) == (403, "FORBIDDEN")


def test_a_body_cannot_name_another_owner(alice: Api, bob: Api) -> None:
    answer = bob.create({"title": "For alice", "user_id": "alice"})

    assert (answer.status, answer.fields) == (422, ["user_id"])
    assert alice.list().data == []
