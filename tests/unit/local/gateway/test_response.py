from typing import Any

import pytest

from local.gateway.response import InvalidResultError, from_result


def test_status_headers_cookies_and_body_are_taken() -> None:
    response = from_result(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "text/plain", "X-N": 1},
            "cookies": ["a=1", "b=2"],
            "body": "hé",
        }
    )
    assert response.status == 201
    assert response.headers == (
        ("content-type", "text/plain"),
        ("x-n", "1"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    )
    assert response.body == "hé".encode()
    assert (b"content-length", b"3") in response.wire_headers()


def test_base64_body_is_decoded() -> None:
    assert from_result({"statusCode": 200, "body": "/w==", "isBase64Encoded": True}).body == b"\xff"


@pytest.mark.parametrize("status", [204, 304])
def test_status_without_body_has_none(status: int) -> None:
    response = from_result({"statusCode": status, "body": "text"})
    assert response.body == b""
    assert response.wire_headers() == []


def test_framing_is_the_gateways_own() -> None:
    headers = {"Content-Length": "999", "Transfer-Encoding": "chunked", "Connection": "close"}
    response = from_result({"statusCode": 200, "headers": headers, "body": "ab"})
    assert response.wire_headers() == [(b"content-type", b"text/plain;charset=UTF-8"), (b"content-length", b"2")]


@pytest.mark.parametrize("result", [{"a": 1}, [1], "text", None])
def test_json_without_status_code_is_the_body_of_a_200(result: Any) -> None:
    response = from_result(result)
    assert (response.status, dict(response.headers)["content-type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": None},
        {"statusCode": "abc"},
        {"statusCode": 99},
        {"statusCode": 600},
        {"statusCode": [200]},
        {"statusCode": 200, "headers": []},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"a b": "c"}},
        {"statusCode": 200, "headers": {"": "c"}},
        {"statusCode": 200, "headers": {"a": "b\r\nset-cookie: c"}},
        {"statusCode": 200, "headers": {"a": {"b": 1}}},
        {"statusCode": 200, "headers": {"é": "x"}},
        {"statusCode": 200, "headers": {"a": "\ud800"}},
        {"statusCode": 200, "cookies": "a=1"},
        {"statusCode": 200, "cookies": ["a\nb"]},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "\ud800"},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True},
        {"statusCode": 200, "body": "é", "isBase64Encoded": True},
    ],
)
def test_what_is_no_response_is_refused(result: Any) -> None:
    with pytest.raises(InvalidResultError):
        from_result(result)
