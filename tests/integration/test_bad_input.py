"""Requests that no endpoint takes get a clear error in the contract's shape, in the contract's order of checks."""

from collections.abc import Iterator

import pytest

from shared.core.http.answers import SECURITY_HEADERS
from shared.core.http.bodies import MAX_BODY_BYTES
from tests.api import CODES, Answer, Api, token_for


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
    assert all(set(detail) == {"field", "code", "message"} and detail["message"] for detail in error["details"])
    assert {detail["code"] for detail in error["details"]} <= CODES
    assert error["request_id"] == answer.headers["x-request-id"] == "test-request"
    assert answer.headers["content-type"] == "application/json"
    assert SECURITY_HEADERS.items() <= answer.headers.items()


@pytest.mark.parametrize(
    "body",
    [
        "{",
        '{"title": "a",}',
        "{'title': 'a'}",
        "title=a",
        '{"title": "a"} x',
        "[" * 900,
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
    [
        "application/json",
        "Application/JSON; charset=UTF-8",
        'application/json;charset="utf-8"',
        " application/json ",
        "application/json;",
    ],
)
def test_json_is_known_in_all_its_spellings(alice: Api, media_type: str) -> None:
    assert alice.create('{"title": "ok"}', headers={"content-type": media_type}).status == 201


def test_no_media_type_is_415(api: Api) -> None:
    assert_error(api.create('{"title": "ok"}', headers={"content-type": None}), 415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_body_past_64_kib_is_413_whatever_it_holds(api: Api) -> None:
    assert_error(api.create("x" * (MAX_BODY_BYTES + 1)), 413, "PAYLOAD_TOO_LARGE")


def test_a_body_of_64_kib_is_read(api: Api) -> None:
    assert_error(api.create("x" * MAX_BODY_BYTES), 400, "BAD_REQUEST")


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
