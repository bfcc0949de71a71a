"""The gateway over real HTTP, with real worker processes and toy functions."""

import io
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from local.gateway.application import MAX_BODY_BYTES, MAX_HEADER_BYTES
from local.gateway.listening import listen
from local.gateway.payload import HttpRequest
from local.gateway.provocation import Provocation
from local.gateway.response import HttpResponse
from local.gateway.terminal import Terminal
from local.tokens.mint import mint
from tests.integration.local.gateway.toys import ORIGIN, served, write_bundle

NOT_FOUND = {"message": "Not Found"}
INTERNAL_ERROR = {"message": "Internal Server Error"}
UNAVAILABLE = {"message": "Service Unavailable"}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with served(write_bundle(tmp_path_factory.mktemp("bundle"))) as number:
        yield number


@pytest.fixture
def client(port: int) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as opened:
        yield opened


def raw(port: int, request: bytes) -> bytes:
    """The whole answer to bytes that no HTTP client would send."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_request_reaches_the_function_as_an_event(client: httpx.Client) -> None:
    answer = client.post("/echo?a=1&a=2", content=b'{"b":1}', headers={"content-type": "application/json", "X-C": "d"})
    event = answer.json()
    assert event["routeKey"] == "ANY /echo"
    assert event["queryStringParameters"] == {"a": "1,2"}
    assert (event["body"], event["isBase64Encoded"]) == ('{"b":1}', False)
    assert event["headers"]["x-c"] == "d"
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"


def test_specific_method_wins_over_any(client: httpx.Client) -> None:
    event = client.get("/echo/a%20b").json()
    assert (event["routeKey"], event["pathParameters"]) == ("GET /echo/{id}", {"id": "a b"})
    assert client.post("/echo/7").json() == NOT_FOUND


def test_request_id_is_the_same_in_event_and_header(client: httpx.Client) -> None:
    answer = client.get("/echo")
    assert answer.headers["apigw-requestid"] == answer.json()["requestContext"]["requestId"]


@pytest.mark.parametrize(
    "host", ["rebound.example", "rebound.example:3000", "localhost.rebound.example", "127.0.0.1.x"]
)
def test_another_name_for_this_machine_is_forbidden(client: httpx.Client, host: str) -> None:
    answer = client.get("/echo", headers={"host": host})
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:3000", "127.0.0.1:1", "[::1]:3000"])
def test_this_machines_own_names_are_served(client: httpx.Client, host: str) -> None:
    assert client.get("/echo", headers={"host": host}).status_code == 200


def test_forwarded_address_of_a_client_is_not_its_source_ip(client: httpx.Client) -> None:
    event = client.get("/echo", headers={"x-forwarded-for": "198.51.100.9"}).json()
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert event["headers"]["x-forwarded-for"] == "198.51.100.9, 127.0.0.1"


def test_answers_are_not_held_back_for_an_acknowledgement() -> None:
    # Without the protocol, asyncio leaves Nagle's algorithm on.
    with listen(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/nowhere"), ("GET", "/echo/"), ("BREW", "/x")])
def test_unknown_route_is_the_gateways_404(client: httpx.Client, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["apigw-requestid"]


@pytest.mark.parametrize("function", ["broken", "nonsense", "unmarshallable", "crash"])
def test_failing_function_is_a_500_that_tells_nothing_and_the_next_request_is_served(
    client: httpx.Client, function: str
) -> None:
    answer = client.get(f"/{function}")
    assert (answer.status_code, answer.json()) == (500, INTERNAL_ERROR)
    assert client.get("/whole").text == "Whole"


def test_function_sees_its_time_left(client: httpx.Client) -> None:
    assert 0 < int(client.get("/left").text) <= 20_000


def test_function_past_its_timeout_is_killed_and_replaced(tmp_path: Path) -> None:
    with served(write_bundle(tmp_path, timeout_s=1), workers=1) as port:
        base = f"http://127.0.0.1:{port}"
        before = httpx.get(f"{base}/slow?s=0").text
        answer = httpx.get(f"{base}/slow?s=60", timeout=30)
        assert (answer.status_code, answer.json()) == (503, UNAVAILABLE)
        after = httpx.get(f"{base}/slow?s=0", timeout=30).text
        assert after != before
        assert not Path(f"/proc/{before}").exists()


def test_integration_timeout_is_a_503(tmp_path: Path) -> None:
    with served(write_bundle(tmp_path), workers=1, timeout_s=1) as port:
        answer = httpx.get(f"http://127.0.0.1:{port}/slow?s=60", timeout=30)
        assert (answer.status_code, answer.json()) == (503, UNAVAILABLE)


def test_concurrent_requests_run_in_environments_of_their_own_and_the_rest_wait(client: httpx.Client) -> None:
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: client.get("/slow?s=0.3"), range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.text for answer in answers}) == 2


def test_preflight_is_answered_without_the_function(client: httpx.Client) -> None:
    asked = {"access-control-request-method": "GET", "origin": ORIGIN}
    answer = client.options("/nowhere", headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "content-length" not in answer.headers
    stranger = client.options("/whole", headers={**asked, "origin": "http://evil.test"})
    assert stranger.status_code == 204
    assert not [name for name in stranger.headers if name.startswith("access-control-")]


def test_cors_headers_of_the_function_are_dropped(client: httpx.Client) -> None:
    assert "access-control-allow-origin" not in client.get("/whole").headers
    answer = client.get("/whole", headers={"origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-expose-headers"] == "etag"
    assert answer.headers["set-cookie"] == "a=1"
    assert client.get("/nowhere", headers={"origin": ORIGIN}).headers["access-control-allow-origin"] == ORIGIN


def test_largest_body_passes_and_one_byte_more_does_not(client: httpx.Client) -> None:
    headers = {"content-type": "text/plain"}
    assert client.post("/whole", content=b"a" * MAX_BODY_BYTES, headers=headers).status_code == 200
    answer = client.post("/whole", content=b"a" * (MAX_BODY_BYTES + 1), headers=headers)
    assert (answer.status_code, answer.json()) == (413, {"message": "Request Entity Too Large"})


def test_endless_body_is_refused_before_it_ends(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"POST /whole HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        for _ in range(MAX_BODY_BYTES // 65536 + 1):
            connection.sendall(chunk)
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_headers_past_the_limit_are_refused(client: httpx.Client) -> None:
    answer = client.get("/whole", headers={"x-large": "a" * MAX_HEADER_BYTES})
    assert (answer.status_code, answer.json()) == (431, {"message": "Request Header Fields Too Large"})


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET http://elsewhere.test/whole HTTP/1.1", 200),
        (b"GET http://elsewhere.test HTTP/1.1", 404),
        (b"OPTIONS * HTTP/1.1", 404),
        (b"CONNECT a:1 HTTP/1.1", 404),
        (b"GET /echo/%zz HTTP/1.1", 200),
        (b"GET /echo/%00 HTTP/1.1", 200),
        (b"GET /echo/%ff%fe HTTP/1.1", 200),
        (b"GET /echo/%2e%2e%2fwhole HTTP/1.1", 404),
        (b"GET /echo/a?%ff=%zz&&=&a HTTP/1.1", 200),
        (b"GET /echo/\xff HTTP/1.1", 400),
        (b"GET /echo /a HTTP/1.1", 400),
        (b"GET /whole HTTP/1.0", 200),
    ],
)
def test_odd_request_lines_never_fail_the_gateway(port: int, request_line: bytes, status: int) -> None:
    answer = raw(port, request_line + b"\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    assert answer.split(b" ", 2)[1] == str(status).encode()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"x-a: \xff\xfe\r\n", 200),
        (b"host:\r\n", 400),
        (b"content-length: 5, 5\r\n\r\nhello", 200),
        (b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello!", 400),
        (b"content-length: -1\r\n", 400),
        (b"content-length: 99999999999999999999\r\n", 413),
        (b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", 200),
        (b"transfer-encoding: gzip\r\n", 400),
        (b"x-a : b\r\n", 400),
        (b"cookie: ;;=; \r\n", 200),
        (b"upgrade: websocket\r\nsec-websocket-key: a\r\n", 200),
    ],
)
def test_odd_headers_never_fail_the_gateway(port: int, headers: bytes, status: int) -> None:
    answer = raw(port, b"POST /whole HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n" + headers + b"\r\n")
    assert answer.split(b" ", 2)[1] == str(status).encode()


def test_access_line_has_neither_query_nor_token(tmp_path: Path) -> None:
    said = io.StringIO()
    with served(write_bundle(tmp_path), workers=1, terminal=Terminal(said)) as port:
        headers = {"authorization": f"Bearer {mint('alice')}"}
        httpx.get(f"http://127.0.0.1:{port}/whole?access_token=hidden", headers=headers, timeout=30)
    line = said.getvalue()  # it follows the answer, and the end of the server both
    assert line.split()[:3] == ["GET", "/whole", "200"]
    assert "alice" in line
    assert not {"hidden", headers["authorization"].split(".")[1]} & set(re.split(r"[\s?=.]", line))


def test_pages_of_the_gateways_own_stand_beside_the_routes(tmp_path: Path) -> None:
    page = HttpResponse(200, (("content-type", "text/html"),), b"<p>docs</p>")

    async def answer(_: HttpRequest) -> HttpResponse:
        return page

    pages = {"/docs": answer, "/whole": answer}
    with served(write_bundle(tmp_path), workers=1, pages=pages) as port:
        base = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{base}/docs", timeout=30).text == "<p>docs</p>"
        assert httpx.post(f"{base}/docs", timeout=30).status_code == 404
        assert httpx.get(f"{base}/whole", timeout=30).text == "Whole"


def test_failures_and_delays_are_provoked_in_the_apis_shape(tmp_path: Path) -> None:
    failing = Provocation.read({"FAIL": "503", "LATENCY": "1"})
    with served(write_bundle(tmp_path), workers=1, provocation=failing) as port:
        answer = httpx.get(f"http://127.0.0.1:{port}/whole", headers={"origin": ORIGIN}, timeout=30)
        assert httpx.get(f"http://127.0.0.1:{port}/nowhere", timeout=30).status_code == 404
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["x-request-id"] == answer.json()["error"]["request_id"] == answer.headers["apigw-requestid"]
    assert answer.headers["access-control-allow-origin"] == ORIGIN
