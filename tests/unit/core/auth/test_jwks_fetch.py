"""Against a real server on loopback, and with a clock that the server moves: no test measures time."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.core.auth.jwks_fetch import MAXIMUM_BYTES, FetchError, fetch
from tests.unit.core.auth.key_server import Exchange, KeyServer, running_key_server

BODY = b'{"keys":[]}'


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with running_key_server() as running:
        yield running


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def fault(url: str, clock: Clock | None = None, seconds: float = 3.0) -> str:
    with pytest.raises(FetchError) as caught:
        fetch(url, seconds, monotonic=clock or Clock())
    return caught.value.fault


def test_the_body_of_a_good_answer_is_returned(server: KeyServer) -> None:
    server.publishes(BODY)
    assert fetch(server.url) == BODY
    assert fetch(f"{server.url}?tenant=a") == BODY
    assert fetch(f"http://localhost:{server.server_port}") == BODY
    assert [request.path for request in server.requests] == ["/api/auth/jwks", "/api/auth/jwks?tenant=a", "/"]


def test_the_request_says_who_asks_and_for_what(server: KeyServer) -> None:
    fetch(server.url)
    sent = server.requests[0].headers
    assert sent["Host"] == f"127.0.0.1:{server.server_port}"
    assert sent["Accept"] == "application/json"
    assert sent["Accept-Encoding"] == "identity"
    assert sent["Authorization"] is None


def test_credentials_in_the_url_are_not_sent(server: KeyServer) -> None:
    fetch(server.url.replace("//", "//user:password@"))
    assert "user" not in str(server.requests[0].headers)


def test_a_chunked_answer_is_read(server: KeyServer) -> None:
    def chunked(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        exchange.wfile.write(b"4\r\n" + BODY[:4] + b"\r\n7\r\n" + BODY[4:] + b"\r\n0\r\n\r\n")

    server.behaviour = chunked
    assert fetch(server.url) == BODY


@pytest.mark.parametrize("status", [201, 204, 206, 301, 302, 303, 307, 308, 400, 401, 403, 404, 429, 500, 502, 503])
def test_any_status_but_200_is_a_fault_and_no_redirect_is_followed(server: KeyServer, status: int) -> None:
    server.publishes(b"", status, Location=f"http://127.0.0.1:{server.server_port}/elsewhere", Retry_After="60")
    assert fault(server.url) == f"status_{status}"
    assert len(server.requests) == 1


def test_a_body_of_64_kib_is_read_and_a_larger_one_is_not(server: KeyServer) -> None:
    server.publishes(b"x" * MAXIMUM_BYTES)
    assert len(fetch(server.url)) == 64 * 1024
    server.publishes(b"x" * (MAXIMUM_BYTES + 1))
    assert fault(server.url) == "size"


@pytest.mark.parametrize("content_length", [True, False])
def test_of_50_mib_only_the_beginning_is_taken(server: KeyServer, content_length: bool) -> None:
    taken = []

    def enormous(exchange: Exchange) -> None:
        exchange.send_response(200)
        if content_length:
            exchange.send_header("Content-Length", str(50 * 2**20))
        exchange.end_headers()
        for _ in range(50):
            exchange.wfile.write(bytes(2**20))
            taken.append(1)

    server.behaviour = enormous
    assert fault(server.url) == "size"
    assert len(taken) < 50


def test_a_server_that_never_answers_costs_no_more_than_the_deadline(server: KeyServer) -> None:
    server.behaviour = lambda exchange: exchange.server.ended.wait()
    assert fault(server.url, seconds=0.05) == "deadline"


@pytest.mark.parametrize("part", ["status", "header", "body", "chunk"])
def test_a_slow_drip_costs_no_more_than_the_deadline(server: KeyServer, part: str) -> None:
    # given a server that sends a byte at a time, each of them in time, and one second of the clock with each
    clock = Clock()
    dripped: list[int] = []
    beginnings = {
        "status": b"HTTP/1.1 200 ",
        "header": b"HTTP/1.1 200 OK\r\nX-Long: ",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n",
        "chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    }

    def drip(exchange: Exchange) -> None:
        exchange.wfile.write(beginnings[part])
        while not exchange.server.ended.wait(0.002) and len(dripped) < 200:
            clock.now += 1.0
            dripped.append(1)
            exchange.wfile.write(b"1")

    server.behaviour = drip
    # then three of them are waited for, and the few that were under way
    assert fault(server.url, clock) == "deadline"
    assert len(dripped) < 50


def test_time_that_is_over_before_it_begins_makes_no_request(server: KeyServer) -> None:
    assert fault(server.url, seconds=0.0) == "deadline"
    assert server.requests == []


def test_a_refused_connection_is_a_network_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert fault(f"http://127.0.0.1:{port}/") == "network"
    assert fault(f"https://127.0.0.1:{port}/") == "network"


def test_a_name_that_does_not_resolve_is_a_network_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert fault("https://issuer.example/jwks") == "network"


def test_a_name_without_an_address_is_a_network_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: [])
    assert fault("https://issuer.example/jwks") == "network"


def test_a_second_address_is_tried_when_the_first_is_out_of_reach(
    server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        closed = listening.getsockname()[1]
    addresses = [
        (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)) for port in (closed, server.server_port)
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: addresses)
    assert fetch("http://localhost/jwks") == BODY


def test_plain_http_behind_https_is_a_tls_fault(server: KeyServer) -> None:
    assert fault(server.url.replace("http:", "https:")) == "tls"


def test_a_silent_server_behind_https_costs_no_more_than_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert fault(f"https://127.0.0.1:{listening.getsockname()[1]}/", seconds=0.05) == "deadline"


def self_signed(name: str, folder: Path) -> Path:
    """A certificate and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2120, 1, 1, tzinfo=UTC)
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / f"{name}.pem"
    file.write_bytes(private + builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return file


@pytest.mark.parametrize(
    ("named", "trusted", "outcome"),
    [("localhost", True, BODY), ("localhost", False, "tls"), ("issuer.example", True, "tls")],
)
def test_https_takes_only_a_trusted_certificate_of_the_host(
    server: KeyServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str, trusted: bool, outcome: object
) -> None:
    certificate = self_signed(named, tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    url = f"https://localhost:{server.server_port}/jwks"
    assert (fetch(url) if isinstance(outcome, bytes) else fault(url)) == outcome


@pytest.mark.parametrize(
    "url",
    [
        "http://issuer.example/jwks",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1.example/jwks",
        "http://127.0.0.1@issuer.example/jwks",
        "http://10.0.0.1/jwks",
        "http://[::2]/jwks",
        "ftp://127.0.0.1/jwks",
        "file:///etc/passwd",
        "jwks.json",
        "https://",
        "",
    ],
)
def test_only_https_and_http_of_loopback_are_fetched(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "getaddrinfo")
    assert fault(url) == "url"


@pytest.mark.parametrize("url", ["http://localhost:99999/", "http://localhost:x/", "http://[::1/", "https://a\u2100b/"])
def test_what_is_no_url_is_an_http_fault(url: str) -> None:
    assert fault(url) == "http"


@pytest.mark.parametrize(
    "answer",
    [b"", b"\r\n", b"SSH-2.0-OpenSSH_9.9\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"<!doctype html>\n",
     b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200, b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000,
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
)  # fmt: skip
def test_what_is_no_http_is_a_fault(server: KeyServer, answer: bytes) -> None:
    server.behaviour = lambda exchange: exchange.wfile.write(answer)
    assert fault(server.url) in ("http", "network")
