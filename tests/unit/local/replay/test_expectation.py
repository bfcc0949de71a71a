from typing import Any

import pytest

from local.gateway.response import HttpResponse, from_result
from local.replay.expectation import differences

UUID = "01a1fcb5-0c9d-71e7-9558-8d26c4283396"


def answer(body: str, status: int = 200, **headers: str) -> HttpResponse:
    return from_result({"statusCode": status, "headers": headers, "body": body})


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ('"<uuid>"', f'"{UUID}"'),
        ('"/api/tasks/<uuid>"', f'"/api/tasks/{UUID}"'),
        ('"<time>"', '"2026-01-01T08:00:00Z"'),
        ('"<time>"', '"2026-01-01T08:00:00.123456Z"'),
        ('"<cursor>"', '"AZtfoQ"'),
        ('"<request_id>"', '"r+1="'),
        ('"<any>"', "[1]"),
        ('"a.b"', '"a.b"'),
        ('{"a": [1, null, true]}', '{"a": [1, null, true]}'),
    ],
)
def test_answer_fits(expected: str, given: str) -> None:
    assert differences({"status": 200, "body": answer_json(expected)}, answer(given), "r+1=") == []


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ('"<uuid>"', '"7"'),
        ('"<uuid>"', "null"),
        ('"<uuid>"', f'"{UUID}x"'),
        ('"<time>"', '"2026-01-01"'),
        ('"<time>"', '"2026-01-01T08:00:00+00:00"'),
        ('"<cursor>"', '""'),
        ('"<request_id>"', '"r+2="'),
        ('"<any>"', "null"),
        ('"a.b"', '"aXb"'),
        ("1", "true"),
        ("1", "1.5"),
        ("[1]", "[1, 2]"),
        ("{}", '{"a": 1}'),
        ('{"a": 1}', "{}"),
    ],
)
def test_answer_does_not_fit(expected: str, given: str) -> None:
    assert len(differences({"status": 200, "body": answer_json(expected)}, answer(given), "r+1=")) == 1


def test_each_difference_is_named_by_its_place() -> None:
    expected = {"status": 201, "headers": {"location": "/a", "etag": "1"}, "body": {"data": [{"id": 1}], "meta": 1}}
    given = answer('{"data": [{"id": 2}], "more": 3}', etag="1", other="x")
    assert differences(expected, given, "") == [
        "status: expected 201, got 200",
        'headers.location: expected "/a", got null',
        "body.data[0].id: expected 1, got 2",
        "body.meta: expected 1, but it is missing",
        "body.more: not expected, but it is 3",
    ]


def test_empty_body_is_none_and_text_is_text() -> None:
    assert differences({"status": 204}, from_result({"statusCode": 204}), "") == []
    assert differences({"status": 200, "body": "plain"}, answer("plain"), "") == []
    assert differences({"status": 200}, answer("plain"), "") == ['body: expected null, got "plain"']


def answer_json(text: str) -> Any:
    import json

    return json.loads(text)
