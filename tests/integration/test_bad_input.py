"""Bad input gets a clear error in the contract's shape, and nothing is stored."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.core.http.answers import SECURITY_HEADERS
from shared.core.http.endpoint import MAX_BODY_BYTES
from tests.api import Answer, Api, token_for


@pytest.fixture
def api(alice: Api) -> Iterator[Api]:
    """Whatever a test here sends, it must leave nothing behind."""
    yield alice
    assert alice.list(count=True).json == {"data": [], "meta": {"limit": 50, "next_cursor": None, "total": 0}}


def assert_error(answer: Answer, status: int, code: str, *fields: str) -> None:
    assert (answer.status, answer.code) == (status, code), answer.text
    assert answer.fields == list(fields)
    error = answer.json["error"]
    assert set(error) == {"code", "message", "details", "request_id"}
    assert error["message"]
    assert all(set(detail) == {"field", "message"} and detail["message"] for detail in error["details"])
    assert error["request_id"] == answer.headers["x-request-id"] == "test-request"
    assert answer.headers["content-type"] == "application/json"
    assert SECURITY_HEADERS.items() <= answer.headers.items()


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["title"]),
        ({"title": None}, ["title"]),
        ({"title": 5}, ["title"]),
        ({"title": True}, ["title"]),
        ({"title": ["a"]}, ["title"]),
        ({"title": ""}, ["title"]),
        ({"title": " \t\n\u2003"}, ["title"]),
        ({"title": "x" * 201}, ["title"]),
        ({"title": "a\0b"}, ["title"]),
        ('{"title": "\\ud800"}', ["title"]),
        ('{"title": NaN}', ["title"]),
        ({"title": "ok", "description": "x" * 2001}, ["description"]),
        ({"title": "ok", "description": "\0"}, ["description"]),
        ('{"title": "ok", "description": "\\udfff"}', ["description"]),
        ({"title": "ok", "description": 1}, ["description"]),
        ({"title": "ok", "user_id": "bob"}, ["user_id"]),
        ({"title": "ok", "id": "x", "version": 1}, ["id", "version"]),
        ({"title": "ok", "completed": True}, ["completed"]),
        ('{"title": "ok", "\\ud800": 1}', ["body"]),
        ([], ["body"]),
        ("[1]", ["body"]),
        ("null", ["body"]),
        ('"title"', ["body"]),
        ("1e999", ["body"]),
        (None, ["body"]),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_a_task_against_the_rules_is_422(api: Api, body: Any, fields: list[str]) -> None:
    assert_error(api.create(body, headers={"content-type": "application/json"}), 422, "VALIDATION_ERROR", *fields)


@pytest.mark.parametrize(
    "body",
    [
        "{",
        '{"title": "a",}',
        "{'title': 'a'}",
        "title=a",
        '{"title": "a"} x',
        "[" * 60_000,
        "\x00",
        '{"title": ' + "9" * 5000 + "}",
    ],
    ids=lambda body: body[:20],
)
def test_malformed_json_is_400(api: Api, body: str) -> None:
    assert_error(api.create(body), 400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "",
        "json",
        "x" * 10_000,
        "application/json;charset*;charset*0*",
        "application/json; charset*=u\0'x'y",
        "application/json; charset=utf-16",
        "application/json;" + '"' + ";" * 9000,
        "application/jsonx",
    ],
    ids=lambda value: value[:30],
)
def test_another_media_type_is_415(api: Api, media_type: str) -> None:
    answer = api.create('{"title": "ok"}', headers={"content-type": media_type})
    assert_error(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"', " application/json "],
)
def test_json_is_known_in_all_its_spellings(alice: Api, media_type: str) -> None:
    assert alice.create('{"title": "ok"}', headers={"content-type": media_type}).status == 201


def test_no_media_type_is_415(api: Api) -> None:
    assert_error(api.create('{"title": "ok"}', headers={"content-type": None}), 415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_body_past_64_kib_is_413_whatever_it_holds(api: Api) -> None:
    assert_error(api.create("x" * (MAX_BODY_BYTES + 1)), 413, "PAYLOAD_TOO_LARGE")


def test_a_body_of_64_kib_is_read(api: Api) -> None:
    assert_error(api.create("x" * MAX_BODY_BYTES), 400, "BAD_REQUEST")


@pytest.mark.parametrize("task_id", ["1", "x", "01890000-0000-7000-8000-00000000000", "%00", "null", "x" * 5000])
def test_an_id_that_is_no_uuid_is_422(api: Api, task_id: str) -> None:
    body = {"title": "ok"}
    for answer in (api.get(task_id), api.update(task_id, body), api.delete(task_id), api.complete(task_id)):
        assert_error(answer, 422, "VALIDATION_ERROR", "task_id")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "", "1.0", "1e1", " 5", "+5", "٣", "9" * 5000, "%00"])
def test_a_limit_outside_1_to_100_is_422(api: Api, limit: str) -> None:
    assert_error(api.list(limit=limit), 422, "VALIDATION_ERROR", "limit")


@pytest.mark.parametrize("flag", ["completed", "count"])
@pytest.mark.parametrize("value", ["", "1", "yes", "True", "TRUE", "null", "\x00"])
def test_a_flag_is_true_or_false_and_nothing_else(api: Api, flag: str, value: str) -> None:
    assert_error(api.list(**{flag: value}), 422, "VALIDATION_ERROR", flag)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "A" * 22,
        "AYkAAAAAcACAAAAAAAAAAA==",
        "AYkAAAAAcACAAAAAAAAAAB",
        "é",
        "\x00",
        "'; drop table tasks; --",
        "A" * 9000,
    ],
)
def test_a_forged_cursor_is_400(api: Api, cursor: str) -> None:
    assert_error(api.list(cursor=cursor), 400, "BAD_REQUEST")


def test_completion_takes_a_boolean_only(api: Api) -> None:
    task = api.created()["id"]
    for body in ({}, {"completed": "true"}, {"completed": 1}, {"completed": None}):
        assert_error(api.complete(task, body), 422, "VALIDATION_ERROR", "completed")
    for value in (None, "no", [1], 0):
        assert_error(api.update(task, {"title": "ok", "completed": value}), 422, "VALIDATION_ERROR", "completed")
    assert api.get(task).data["completed"] is False
    api.delete(task)


def test_a_great_many_faults_are_not_all_listed(api: Api) -> None:
    answer = api.create({"title": "ok"} | {f"unknown{number}": 1 for number in range(500)})

    assert len(answer.fields) == 20


def test_the_token_is_checked_before_anything_else(api: Api) -> None:
    stranger = Api(user=None)

    for answer in (
        stranger.create("{", headers={"content-type": "text/plain"}),
        stranger.create("x" * (MAX_BODY_BYTES + 1)),
        stranger.get("no-uuid"),
        stranger.list(limit=0),
        stranger.call("list_tasks", "GET", "/alice/tasks"),
    ):
        assert_error(answer, 401, "UNAUTHORIZED")
        assert answer.headers["www-authenticate"] == 'Bearer realm="tasks"'


def test_after_the_token_the_path_is_checked_and_then_size_and_media_type(api: Api) -> None:
    path, text = "/bob/tasks", {"content-type": "text/plain"}

    assert_error(api.call("create_task", "POST", path, body="x" * 70_000, headers=text), 403, "FORBIDDEN")
    assert_error(api.create("x" * 70_000, headers=text), 413, "PAYLOAD_TOO_LARGE")
    assert_error(api.create("{", headers=text), 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    ("authorization", "status", "code"),
    [
        ("Bearer a.b.c", 401, "UNAUTHORIZED"),
        ("Basic YTpi", 401, "UNAUTHORIZED"),
        ("", 401, "UNAUTHORIZED"),
        (f"Bearer {token_for('alice', exp=1_600_000_000)}", 401, "TOKEN_EXPIRED"),
        (f"Bearer {token_for('alice')},Bearer {token_for('bob')}", 400, "BAD_REQUEST"),
    ],
    ids=["forged", "basic", "empty", "expired", "two"],
)
def test_a_bad_token(api: Api, authorization: str, status: int, code: str) -> None:
    answer = api.call("list_tasks", "GET", "/tasks", headers={"authorization": authorization})

    assert_error(answer, status, code)
    if status == 401:
        assert answer.headers["www-authenticate"] == 'Bearer realm="tasks", error="invalid_token"'


def test_the_routers_own_refusals_have_the_contracts_shape(api: Api) -> None:
    assert_error(api.call("list_tasks", "GET", "/nowhere"), 404, "NOT_FOUND")
    answer = api.call("list_tasks", "DELETE", "/tasks")
    assert_error(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET"
