import base64
from typing import Any

import pytest

from local.gateway.payload import HttpRequest


def request(
    target: bytes = b"/one", query: bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = (), method: str = "GET"
) -> HttpRequest:
    return HttpRequest.read(method, target, query, [(b"host", b"localhost:3000"), *headers], "192.0.2.1", "1.1")


def event(body: bytes = b"", parameters: dict[str, str] | None = None, **given: Any) -> dict[str, Any]:
    return request(**given).event("GET /one", parameters or {}, body)


def test_bare_request_has_no_optional_members() -> None:
    made = event()
    assert made.keys() == {
        "version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext", "isBase64Encoded"
    }  # fmt: skip
    assert (made["version"], made["routeKey"], made["rawPath"], made["rawQueryString"]) == (
        "2.0",
        "GET /one",
        "/one",
        "",
    )


def test_request_context_describes_the_request() -> None:
    context = event(headers=((b"user-agent", b"curl"),))["requestContext"]
    assert context["http"] == {
        "method": "GET",
        "path": "/one",
        "protocol": "HTTP/1.1",
        "sourceIp": "192.0.2.1",
        "userAgent": "curl",
    }
    assert (context["stage"], context["routeKey"], context["domainName"]) == ("$default", "GET /one", "localhost:3000")
    assert len(context["requestId"]) == 16
    assert isinstance(context["timeEpoch"], int)


def test_headers_are_lower_case_and_joined_by_commas() -> None:
    headers = event(headers=((b"X-One", b"a"), (b"x-one", b"b"), (b"X-Forwarded-For", b"198.51.100.9")))["headers"]
    assert headers["x-one"] == "a,b"
    assert headers["x-forwarded-for"] == "198.51.100.9, 192.0.2.1"
    assert (headers["x-forwarded-port"], headers["x-forwarded-proto"]) == ("3000", "http")


@pytest.mark.parametrize(
    ("host", "port"),
    [("localhost", "80"), ("localhost:3000", "3000"), ("[::1]:3000", "3000"), ("[::1]", "80"), ("", "80")],
)
def test_the_port_is_that_of_the_host(host: str, port: str) -> None:
    made = HttpRequest.read("GET", b"/", b"", [(b"host", host.encode())], "::1", "1.1").event("GET /", {}, b"")
    assert made["headers"]["x-forwarded-port"] == port
    assert made["requestContext"]["domainName"] == host or not host


def test_cookies_are_a_list_and_no_header() -> None:
    made = event(headers=((b"cookie", b"a=1; b=2"), (b"Cookie", b"c=3")))
    assert made["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in made["headers"]


def test_query_is_kept_raw_and_decoded_with_duplicates_joined() -> None:
    made = event(query=b"a=1&a=2&b=%20x+y&c=&d")
    assert made["rawQueryString"] == "a=1&a=2&b=%20x+y&c=&d"
    assert made["queryStringParameters"] == {"a": "1,2", "b": " x y", "c": "", "d": ""}


def test_path_is_decoded() -> None:
    made = event(target=b"/api/a%20b%C3%BC", parameters={"id": "7"})
    assert made["rawPath"] == made["requestContext"]["http"]["path"] == "/api/a bü"
    assert made["pathParameters"] == {"id": "7"}


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"http://elsewhere.test/one", "/one"),
        (b"http://elsewhere.test", "/"),
        (b"http://[bad", "/"),
        (b"*", "*"),
        (b"/%zz%", "/%zz%"),
        (b"/%ff", "/�"),
        (b"/\xff", "/ÿ"),
        (b"//one", "//one"),
    ],
)
def test_odd_targets_are_read(target: bytes, path: str) -> None:
    assert request(target=target).path == path


def test_header_bytes_that_are_no_utf8_are_read_as_latin1() -> None:
    headers = event(headers=((b"x-a", "ü".encode()), (b"x-b", b"\xff")))["headers"]
    assert (headers["x-a"], headers["x-b"]) == ("ü", "ÿ")


@pytest.mark.parametrize("media_type", [b"application/json", b"text/plain; charset=utf-8", b"application/ld+json"])
def test_text_stays_text(media_type: bytes) -> None:
    made = event('{"ü": 1}'.encode(), headers=((b"content-type", media_type),))
    assert (made["body"], made["isBase64Encoded"]) == ('{"ü": 1}', False)


@pytest.mark.parametrize(
    ("media_type", "body"),
    [(b"application/octet-stream", b"text"), (b"image/png", b"\x89PNG"), (b"application/json", b"\xff"), (b"", b"a")],
)
def test_anything_else_becomes_base64(media_type: bytes, body: bytes) -> None:
    made = event(body, headers=((b"content-type", media_type),))
    assert (base64.b64decode(made["body"]), made["isBase64Encoded"]) == (body, True)
