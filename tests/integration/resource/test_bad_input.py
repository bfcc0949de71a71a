"""A body, an id or a query against the rules of a resource gets a clear error, and nothing is stored."""

import json
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from fastapi._compat import ModelField

from local.samples import sample
from shared.core.http.answers import SECURITY_HEADERS
from shared.core.http.bodies import MAX_BODY_BYTES
from tests.api import CODES, Answer
from tests.faults import faults
from tests.resources import Client, Resource

JSON = {"content-type": "application/json"}
WRONG_FLAGS = ("", "1", "yes", "True", "TRUE", "null", "\x00", "nonsense", "é")


@pytest.fixture
def strict(alice: Client, superuser: psycopg.Connection) -> Iterator[Client]:
    """Whatever a test here sends, it must leave nothing behind."""
    yield alice
    assert alice.page(count=True).json == {"data": [], "meta": {"limit": 50, "next_cursor": None, "total": 0}}
    assert superuser.execute("select count(*) from users where revision > 0").fetchone() == (0,)


def assert_error(answer: Answer, status: int, code: str, *fields: str) -> None:
    assert (answer.status, answer.code) == (status, code), answer.text
    assert answer.fields == list(fields), answer.text
    error = answer.json["error"]
    assert set(error) == {"code", "message", "details", "request_id"}
    assert error["message"]
    assert all(set(detail) == {"field", "code", "message"} and detail["message"] for detail in error["details"])
    assert {detail["code"] for detail in error["details"]} <= CODES
    assert error["request_id"] == answer.headers["x-request-id"] == "test-request"
    assert answer.headers["content-type"] == "application/json"
    assert SECURITY_HEADERS.items() <= answer.headers.items()


def test_a_new_item_against_the_rules_is_422(strict: Client, resource: Resource) -> None:
    for fault in faults(resource.create_body):
        assert_error(strict.create(fault.body, headers=JSON), 422, "VALIDATION_ERROR", *fault.fields)
    assert_error(strict.create(None), 422, "VALIDATION_ERROR", "body")


def test_an_update_against_the_rules_is_422_and_changes_nothing(alice: Client, resource: Resource) -> None:
    item = alice.created()

    for fault in faults(resource.update_body):
        answer = alice.update(item["id"], fault.body, headers=JSON)
        assert_error(answer, 422, "VALIDATION_ERROR", *fault.fields)

    assert alice.get(item["id"]).data == item
    assert alice.get(item["id"]).headers["etag"] == '"1"'


def test_what_is_said_twice_is_400(alice: Client, resource: Resource) -> None:
    """Of two readers of one body, one may take the first and one the last."""
    item = alice.created()

    for action in resource.actions:
        if action.body:
            first, last = (json.dumps(action.body)[1:-1] for _ in range(2))
            answer = alice.do(action, item["id"], body=f"{{{first}, {last}}}")
            assert_error(answer, 400, "BAD_REQUEST")
            assert f'the member "{next(iter(action.body))}" more than once' in answer.json["error"]["message"]

    assert alice.everything() == [item]


@pytest.mark.parametrize("item_id", ["1", "x", "01890000-0000-7000-8000-00000000000", "%00", "null", "x" * 5000])
def test_an_id_that_is_no_uuid_is_422(strict: Client, resource: Resource, item_id: str) -> None:
    for action in resource.every_action:
        assert_error(strict.do(action, item_id), 422, "VALIDATION_ERROR", f"{resource.store.singular}_id")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "", "1.0", "1e1", " 5", "+5", "٣", "9" * 5000, "%00"])
def test_a_limit_outside_1_to_100_is_422(strict: Client, limit: str) -> None:
    assert_error(strict.page(limit=limit), 422, "VALIDATION_ERROR", "limit")


@pytest.mark.parametrize("value", WRONG_FLAGS)
def test_a_flag_or_a_filter_takes_its_own_values_and_nothing_else(
    strict: Client, resource: Resource, value: str
) -> None:
    for flag in ("count", *resource.filters):
        assert_error(strict.page(**{flag: value}), 422, "VALIDATION_ERROR", flag)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "A" * 22,
        "AYkAAAAAcACAAAAAAAAAAA==",
        "AYkAAAAAcACAAAAAAAAAAC1jcmVhdGVk",
        "AYkAAAAAcACAAAAAAAAAAC1jcmVhdGVkCng",
        "AYkAAAAAQACAAAAAAAAAAC1jcmVhdGVkCg",
        "AYkAAAAAcACAAAAAAAAAAP_-",
        "é",
        "\x00",
        "'; drop table users; --",
        "A" * 9000,
    ],
)
def test_a_forged_cursor_is_400(strict: Client, cursor: str) -> None:
    assert_error(strict.page(cursor=cursor), 400, "BAD_REQUEST")
    assert_error(strict.changes(cursor), 400, "BAD_REQUEST")


def test_a_great_many_faults_are_not_all_listed(strict: Client, resource: Resource) -> None:
    body = sample(resource.create_body) | {f"unknown{number}": 1 for number in range(60)}

    assert len(strict.create(body).fields) == 20


@pytest.mark.parametrize(
    "junk",
    [
        {f"unknown{number}": 1 for number in range(3000)},
        {"unknown": [0] * 20_000},
        {"unknown": [{}] * 15_000},
        json.loads("[" * 20 + "]" * 20),
    ],
    ids=["members", "values", "objects", "levels"],
)
def test_what_no_body_can_hold_is_refused_in_one_line_before_it_is_validated(
    strict: Client, resource: Resource, junk: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    validated = []
    with monkeypatch.context() as patched:
        patched.setattr(ModelField, "validate", lambda *_, **__: validated.append(1))
        assert_error(strict.create(junk), 422, "VALIDATION_ERROR", "body")

    assert validated == []


def test_a_body_past_64_kib_is_413_whatever_it_holds(strict: Client) -> None:
    assert_error(strict.create("x" * (MAX_BODY_BYTES + 1)), 413, "PAYLOAD_TOO_LARGE")


def test_malformed_json_is_400_and_another_media_type_415(alice: Client, resource: Resource) -> None:
    item = alice.created()
    for action in resource.actions:
        if action.body is not None:
            for body in ("{", "{'a': 1}", "a=b", "\x00", "[" * 900, '{"a": NaN}', "-Infinity"):
                assert_error(alice.do(action, item["id"], body=body), 400, "BAD_REQUEST")
            for media_type in ("text/plain", "", None, "application/jsonx"):
                answer = alice.do(action, item["id"], headers={"content-type": media_type})
                assert_error(answer, 415, "UNSUPPORTED_MEDIA_TYPE")

    assert alice.everything() == [item]


def test_a_parameter_that_is_unknown_or_repeated_is_422_in_both_families(alice: Client, resource: Resource) -> None:
    item = alice.created()
    by_user = Client(resource, replace(alice.api, by_user=True))

    for client in (alice, by_user):
        for action in resource.actions:
            assert_error(client.do(action, item["id"], query="limt=5"), 422, "VALIDATION_ERROR", "limt")
        assert_error(
            client.create(sample(resource.create_body), query="dry_run=true"), 422, "VALIDATION_ERROR", "dry_run"
        )
        for name in ("limit", "count", *resource.filters):
            assert_error(client.page_of(f"{name}=1&{name}=1"), 422, "VALIDATION_ERROR", name)
        assert_error(client.page_of("Limit=5&limit=5&=x&cursr"), 422, "VALIDATION_ERROR", "Limit", "query", "cursr")

    assert alice.everything() == [item]


def test_without_a_token_nothing_is_answered(alice: Client, resource: Resource) -> None:
    item = alice.created()
    stranger = Client(resource, type(alice.api)(user=None))

    for answer in (
        stranger.page(),
        stranger.create(sample(resource.create_body)),
        *(stranger.do(action, item["id"]) for action in resource.actions),
    ):
        assert_error(answer, 401, "UNAUTHORIZED")
        assert answer.headers["www-authenticate"] == 'Bearer realm="tasks"'

    assert alice.everything() == [item]
