"""Whatever stands in headers, paths and queries: a 4xx in the contract's shape or normal service, never a 500."""

import importlib
import json
import re
import socket
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local import ROOT
from local.gateway.payload import HttpRequest
from local.gateway.response import from_result
from local.gateway.routing import match
from local.template import read_template
from tests.api import Answer, Api, LambdaContext, token_for
from tests.contract import recording
from tests.contract.document import load_document, operations, parameters, requests
from tests.integration.local.gateway import toys

pytestmark = pytest.mark.heavy

TEMPLATE = read_template(ROOT / "template.yaml")
ROUTES = {route.key: route for route in TEMPLATE.routes}
TOKEN = f"Bearer {token_for('alice')}".encode()
DOCUMENT = load_document()
PARAMETERS = {(one["in"], one["name"]): str(one["example"]).encode() for one in parameters(DOCUMENT)}
IDS = [example for (place, name), example in PARAMETERS.items() if place == "path" and name != "user_id"]
BODIES = [json.dumps(body).encode() for _, _, operation in operations(DOCUMENT) for body in requests(operation)]


def named(place: str) -> tuple[bytes, ...]:
    return tuple(name.lower().encode() for where, name in PARAMETERS if where == place)


READ_HEADERS = (b"authorization", b"content-type", b"host", *named("header"))
OTHER_HEADERS = (b"accept", b"content-length", b"cookie", b"origin", b"user-agent", b"x-forwarded-for", b"x-\xff")
QUERY = (*named("query"), b"unknown", b"")

control = st.text(st.characters(max_codepoint=0x1F) | st.just("\x7f"), min_size=1, max_size=8).map(str.encode)
eight_bit = st.binary(min_size=1, max_size=8).map(lambda some: bytes(byte | 0x80 for byte in some))
huge = st.sampled_from((b"x", b'"', b",", b"1", b"\xff", b"%00", b'"1",')).map(lambda some: (some * 10_000)[:10_000])
near = st.sampled_from((TOKEN, b"application/json", b"*", b"true", *PARAMETERS.values(), b""))
junk = st.one_of(
    control, eight_bit, huge, st.binary(max_size=30), near, st.builds(bytes.__add__, near, st.binary(max_size=4))
)
headers = st.lists(st.tuples(st.sampled_from(READ_HEADERS) | st.sampled_from(OTHER_HEADERS), junk), max_size=5)
encoded = junk.map(lambda value: b"".join(b"%%%02x" % byte for byte in value))
query = st.lists(st.builds(b"%b=%b".__mod__, st.tuples(st.sampled_from(QUERY), junk | encoded)), max_size=4).map(
    b"&".join
)
segment = st.one_of(st.sampled_from(IDS), encoded, encoded.map(lambda value: b"x" + value), st.just(b"alice"))
bodies = st.just(b"") | st.sampled_from((*BODIES, b"{", b"\xff")) | st.binary(max_size=20)

fuzzed = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def unlimited(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_LIMIT_PER_MINUTE", "0")


def filled(path: str, values: Callable[[], bytes]) -> bytes:
    """A path with its parameters replaced."""
    parts = [values() if part.startswith("{") else part.encode() for part in path.split("/")]
    return b"/".join(parts)


def send(method: str, target: bytes, search: bytes, sent: list[tuple[bytes, bytes]], body: bytes) -> Answer | None:
    """What the function says to these bytes, by way of the event that the gateway makes of them; None: no route."""
    request = HttpRequest.read(method, target, search, sent, "127.0.0.1", "1.1")
    found = match(TEMPLATE.routes, request.method, request.path)
    if found is None:
        return None
    route, parameters = found
    event = json.loads(json.dumps(request.event(route.key, parameters, body)))
    module = route.function.handler.rpartition(".")[0]
    result = importlib.import_module(module).handler(event, LambdaContext())
    from_result(result)
    answer = Answer(result["statusCode"], result["headers"], result["body"])
    recording.check(module.rpartition(".")[2], event, answer)
    return answer


@pytest.mark.parametrize("key", ROUTES)
def test_no_bytes_in_headers_path_or_query_are_a_500(key: str, unlimited: None) -> None:
    route = ROUTES[key]
    seen = set()

    @fuzzed
    @given(st.data(), st.booleans(), headers, query, bodies)
    def fuzz(
        data: st.DataObject, authorized: bool, sent: list[tuple[bytes, bytes]], search: bytes, body: bytes
    ) -> None:
        target = filled(route.path, lambda: data.draw(segment))
        own = [(b"host", b"localhost"), (b"content-type", b"application/json")]
        token = [(b"authorization", TOKEN)] if authorized else []
        answer = send(route.method, target, search, [*own, *token, *sent], body)
        if answer is not None:
            seen.add(answer.status)
            assert answer.status < 500

    fuzz()
    assert seen - {400, 401}  # it has come past the token


@pytest.mark.parametrize("name", [name.decode() for name in READ_HEADERS])
def test_no_text_in_a_header_is_a_500(name: str, alice: Api, unlimited: None) -> None:
    """Events may hold what no socket lets through: NUL, line ends, any Unicode."""

    @fuzzed
    @given(st.text(max_size=20) | junk.map(lambda value: value.decode("latin-1")))
    def fuzz(value: str) -> None:
        sent = {name: value}
        for route in ROUTES.values():
            path = re.sub(r"{(\w+)}", lambda found: "alice" if found[1] == "user_id" else IDS[0].decode(), route.path)
            body = next(iter(requests(DOCUMENT["paths"][route.path][route.method.lower()])), None)
            function = route.function.handler.split(".")[1]
            answer = alice.call(function, route.method, path.removeprefix("/api"), headers=sent, body=body)
            assert answer.status < 500

    fuzz()


@pytest.fixture
def port(unlimited: None) -> Iterator[int]:
    with toys.served(ROOT / "template.yaml") as number:
        yield number


def status_over_a_socket(port: int, request: bytes) -> int:
    """Of the first answer: some of these bytes begin a second request."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection, connection.makefile("rb") as answer:
        connection.sendall(request)
        version, status, _ = answer.readline().split(b" ", 2)
    assert version == b"HTTP/1.1"
    return int(status)


def test_no_bytes_over_a_socket_are_a_500(port: int) -> None:
    @fuzzed
    @given(st.sampled_from(sorted(ROUTES)), st.data(), headers, query, bodies)
    def fuzz(key: str, data: st.DataObject, sent: list[tuple[bytes, bytes]], search: bytes, body: bytes) -> None:
        route = ROUTES[key]
        target = filled(route.path, lambda: data.draw(segment))
        own = [(b"host", b"localhost"), (b"authorization", TOKEN), (b"connection", b"close")]
        length = [(b"content-length", str(len(body)).encode())]
        lines = [b"%b: %b" % header for header in (*own, *length, *sent)]
        request = b"%b %b?%b HTTP/1.1\r\n%b\r\n\r\n%b" % (
            route.method.encode(),
            target,
            search,
            b"\r\n".join(lines),
            body,
        )
        assert status_over_a_socket(port, request) < 500

    fuzz()
