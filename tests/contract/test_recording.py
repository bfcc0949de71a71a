"""The recording client sees whatever an answer has that docs/openapi.yaml has not."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.api import Answer, Api, http_event
from tests.contract import recording


def faults(answer: Answer, function: str = "list_tasks", method: str = "GET", path: str = "/api/tasks") -> list[str]:
    return recording.contract().faults(function, http_event(method, path, "", {}, None), answer)


def with_json(answer: Answer, value: Any) -> Answer:
    return replace(answer, text=json.dumps(value))


@pytest.fixture
def page(alice: Api) -> Answer:
    alice.created()
    return alice.list()


def test_an_answer_of_the_contract_has_no_faults(page: Answer) -> None:
    assert faults(page) == []


def test_an_undeclared_status_is_a_fault(page: Answer) -> None:
    assert faults(replace(page, status=206)) == ["listTasks has no status 206"]


def test_an_undeclared_header_is_a_fault(page: Answer) -> None:
    answer = replace(page, headers=page.headers | {"server": "x"})
    assert faults(answer) == ["listTasks 200: undeclared header server"]


def test_a_missing_header_is_a_fault(page: Answer) -> None:
    headers = {name: value for name, value in page.headers.items() if name != "referrer-policy"}
    assert faults(replace(page, headers=headers)) == ["listTasks 200: no header referrer-policy"]


def test_another_value_of_a_header_is_a_fault(page: Answer) -> None:
    answer = replace(page, headers=page.headers | {"cache-control": "public"})
    assert len(faults(answer)) == 1


@pytest.mark.parametrize("where", ["task", "meta", "page"])
def test_an_undeclared_field_is_a_fault(page: Answer, where: str) -> None:
    body = page.json
    {"task": body["data"][0], "meta": body["meta"], "page": body}[where]["revision"] = 1
    assert len(faults(with_json(page, body))) == 1


def test_a_missing_field_is_a_fault(page: Answer) -> None:
    body = page.json
    del body["data"][0]["completed_at"]
    assert len(faults(with_json(page, body))) == 1


def test_a_refusal_of_a_version_without_the_state_is_a_fault(alice: Api) -> None:
    task = alice.created()["id"]
    answer = alice.delete(task, headers={"if-match": '"2"'})
    body = answer.json
    assert faults(answer, "delete_task", "DELETE", f"/api/tasks/{task}") == []
    del body["error"]["current"]
    assert len(faults(with_json(answer, body), "delete_task", "DELETE", f"/api/tasks/{task}")) == 1


def test_another_media_type_is_a_fault(page: Answer) -> None:
    answer = replace(page, headers=page.headers | {"content-type": "text/plain"})
    assert faults(answer) == ["listTasks 200: undeclared media type text/plain"]


def test_a_body_where_there_is_none_is_a_fault(alice: Api) -> None:
    task = alice.created()["id"]
    answer = replace(alice.delete(task), text="{}")
    assert faults(answer, "delete_task", "DELETE", f"/api/tasks/{task}") == ["deleteTask 204: there is a body"]


def test_a_code_of_another_status_is_a_fault(alice: Api) -> None:
    answer = alice.list(limit=0)
    body = answer.json
    body["error"]["code"] = "METHOD_NOT_ALLOWED"
    assert len(faults(with_json(answer, body))) == 1


def test_a_function_that_is_asked_for_anothers_route_may_only_refuse(alice: Api, page: Answer) -> None:
    elsewhere = {
        ("GET", "/api/nowhere"): alice.call("list_tasks", "GET", "/nowhere"),
        ("DELETE", "/api/tasks"): alice.call("list_tasks", "DELETE", "/tasks"),
        ("GET", "/api/me"): alice.call("list_tasks", "GET", "/me"),
    }
    for (method, path), answer in elsewhere.items():
        assert answer.status in (404, 405)
        assert faults(answer, "list_tasks", method, path) == []
        assert len(faults(replace(answer, headers=answer.headers | {"server": "x"}), "list_tasks", method, path)) == 1
    assert faults(page, "list_tasks", "GET", "/api/nowhere") == ["the router answered 200"]


def test_a_fault_fails_the_test_that_met_it(page: Answer) -> None:
    with pytest.raises(AssertionError, match="listTasks has no status 206"):
        recording.check("list_tasks", http_event("GET", "/api/tasks", "", {}, None), replace(page, status=206))
