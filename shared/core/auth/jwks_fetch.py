"""Fetch a key set over HTTP(S) within one deadline for everything.

The standard library's timeouts are per operation: a server that sends one byte a second keeps `urlopen(timeout=3)`
busy for ever. Here each operation gets what the ones before it have left. Only the name look-up cannot be bounded
from inside; `shared.core.auth.jwks` therefore fetches in a thread that it can stop waiting for.

`import jwt` has loaded http.client and ssl already, so that importing them here costs nothing.
"""

import io
import socket
import ssl
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

FETCH_SECONDS = 3.0
MAXIMUM_BYTES = 64 * 1024

_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADERS = {"Accept": "application/json", "User-Agent": "tasks-api", "Connection": "close"}


class FetchError(Exception):
    """There is no answer that can be used. `fault` is a stable slug for the log."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        super().__init__(fault)


def fetch(url: str, seconds: float = FETCH_SECONDS, *, monotonic: Callable[[], float] = time.monotonic) -> bytes:
    """The body behind `url`: status 200, at most 64 KiB, no redirect followed.

    Raises:
        FetchError: for anything else.
    """
    deadline = monotonic() + seconds
    try:
        return _fetch(urlsplit(url), lambda: deadline - monotonic())
    except TimeoutError:
        raise FetchError("deadline") from None
    except ssl.SSLError:
        raise FetchError("tls") from None
    except OSError:
        raise FetchError("network") from None
    except (HTTPException, ValueError):
        raise FetchError("http") from None


def _fetch(url: SplitResult, seconds_left: Callable[[], float]) -> bytes:
    host, port = _target(url)
    with _connect(host, port, seconds_left) as plain:
        plain.settimeout(_positive(seconds_left()))
        with _secured(plain, host) if url.scheme == "https" else plain as connection:
            return _exchange(url, _TimedSocket(connection, seconds_left))


def _exchange(url: SplitResult, connection: "_TimedSocket") -> bytes:
    # http.client composes the request and reads the answer; having a connection, it never opens one.
    client = HTTPConnection(url.netloc.rpartition("@")[2])
    client.sock = cast("socket.socket", connection)
    client.request("GET", _path(url), headers=_HEADERS)
    with client.getresponse() as response:
        if response.status != HTTPStatus.OK:
            raise FetchError(f"status_{response.status}")
        body = response.read(MAXIMUM_BYTES + 1)
    if len(body) > MAXIMUM_BYTES:
        raise FetchError("size")
    return body


def _target(url: SplitResult) -> tuple[str, int]:
    # shared.core.settings has checked this for the setting; here it holds for whoever else calls.
    secure = url.scheme == "https"
    if not url.hostname or not (secure or (url.scheme == "http" and url.hostname in _LOOPBACK_HOSTS)):
        raise FetchError("url")
    return url.hostname, url.port or (443 if secure else 80)


def _path(url: SplitResult) -> str:
    return f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"


def _connect(host: str, port: int, seconds_left: Callable[[], float]) -> socket.socket:
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for tried, (family, kind, protocol, _name, address) in enumerate(addresses):
        connection = socket.socket(family, kind, protocol)
        try:
            # A share of the time for each address: an unreachable first one leaves the others a chance.
            connection.settimeout(_positive(seconds_left()) / (len(addresses) - tried))
            connection.connect(address)
        except OSError:
            connection.close()
            if tried + 1 == len(addresses):
                raise
        else:
            return connection
    raise OSError("the name has no address")


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _positive(seconds: float) -> float:
    if seconds <= 0:
        raise TimeoutError
    return seconds


class _TimedSocket:
    """As much of a socket as http.client needs, each operation bounded by what is left of the whole fetch."""

    def __init__(self, connection: socket.socket, seconds_left: Callable[[], float]) -> None:
        self._connection = connection
        self._seconds_left = seconds_left

    def sendall(self, data: bytes) -> None:
        self._timed().sendall(data)

    def receive(self, buffer: Any) -> int:  # a WriteableBuffer, which only typeshed can name
        return self._timed().recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Stream(self))

    def close(self) -> None:
        """Nothing: http.client closes before it reads the body, and `_fetch` owns the connection."""

    def _timed(self) -> socket.socket:
        self._connection.settimeout(_positive(self._seconds_left()))
        return self._connection


class _Stream(io.RawIOBase):
    def __init__(self, connection: _TimedSocket) -> None:
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._connection.receive(buffer)
