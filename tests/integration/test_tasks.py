"""The six operations, on both families of routes, from event to PostgreSQL and back."""

import pytest

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
    assert set(task) == {
        "id", "user_id", "title", "description", "completed", "completed_at", "created_at", "updated_at"
    }  # fmt: skip


def test_a_task_reads_as_it_was_created(api: Api) -> None:
    task = api.created(description="two litres")

    answer = api.get(task["id"])

    assert (answer.status, answer.data) == (200, task)


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


def test_a_deleted_task_is_gone(api: Api) -> None:
    task = api.created()

    answer = api.delete(task["id"])

    assert (answer.status, answer.text) == (204, "")
    assert api.get(task["id"]).status == 404
    assert api.delete(task["id"]).status == 404


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


@pytest.mark.parametrize("description", [None, "", "  \n "])
def test_a_blank_description_is_null(api: Api, description: str | None) -> None:
    assert api.created(description=description)["description"] is None


def test_an_empty_list_is_an_empty_page(api: Api) -> None:
    answer = api.list()

    assert (answer.status, answer.json) == (200, {"data": [], "meta": {"limit": 50, "next_cursor": None}})


def test_the_newest_task_comes_first(api: Api) -> None:
    made = [api.created(f"Task {number}")["id"] for number in range(3)]

    assert [task["id"] for task in api.list().data] == made[::-1]


def test_pages_join_without_gap_or_overlap(api: Api) -> None:
    made = [api.created(f"Task {number}")["id"] for number in range(7)]

    seen: list[str] = []
    cursors: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.list(limit=3, **cursor).json
        seen += [task["id"] for task in page["data"]]
        if page["meta"]["next_cursor"] is None:
            break
        cursors.append(page["meta"]["next_cursor"])
        cursor = {"cursor": cursors[-1]}

    assert seen == made[::-1]
    assert len(cursors) == 2


def test_a_last_page_that_is_full_has_no_next(api: Api) -> None:
    for number in range(3):
        api.created(f"Task {number}")

    assert api.list(limit=3).json["meta"] == {"limit": 3, "next_cursor": None}


def test_completed_filters_and_count_counts_what_is_filtered(api: Api) -> None:
    done, _, _ = (api.created(f"Task {number}")["id"] for number in range(3))
    api.complete(done)

    closed, still_open, both = (
        api.list(count=True, limit=1, **filters).json for filters in ({"completed": True}, {"completed": False}, {})
    )

    assert [task["id"] for task in closed["data"]] == [done]
    assert [page["meta"]["total"] for page in (closed, still_open, both)] == [1, 2, 3]
    assert all(not task["completed"] for task in still_open["data"])


def test_an_empty_page_still_counts(api: Api) -> None:
    task = api.created()
    api.complete(task["id"])

    assert api.list(count=True, completed=False).json == {
        "data": [],
        "meta": {"limit": 50, "next_cursor": None, "total": 0},
    }
