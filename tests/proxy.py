"""A proxy on loopback in front of PostgreSQL: it counts the round trips that a client waits for, and makes trouble."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from urllib.parse import parse_qs, urlsplit

# Each direction is held back this long, so that what a client sends without waiting arrives before any answer does.
DELAY_S = 0.01
READY_FOR_QUERY = b"Z\x00\x00\x00\x05I"
SYNC = b"S\x00\x00\x00\x04"
# Of the server, with what was delayed.
LONGEST_S = 30


class Fault(Enum):
    """What happens to a flight, once the connection has been set up."""

    NONE = auto()
    LOSE_REQUEST = auto()  # the connection ends before the server has seen anything
    LOSE_ANSWER = auto()  # the server does it, and the connection ends before the client hears of it
    RESET_BEFORE = auto()
    RESET_AFTER = auto()
    BLACK_HOLE = auto()  # everything is taken and nothing comes back, request included
    DELAY = auto()  # the connection ends at once, and the server gets the request when the proxy is told to deliver it


class Proxy:
    """One flight is all that a client sends before it sees an answer: the round trips, counted on the wire."""

    def __init__(self, upstream: str | tuple[str, int], *, delay_s: float = DELAY_S) -> None:
        self.connections = 0
        self.flights = 0
        self.fault: Callable[[], Fault] = lambda: Fault.NONE
        self.connect_delay_s = 0.0
        self.delay_s = delay_s
        self._upstream = upstream
        self._relays: list[Relay] = []
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.start(self._accept)

    def start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def refuse(self) -> None:
        """Stop to listen: whoever connects now is refused."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def listen_again(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.start(self._accept)

    def deliver(self) -> None:
        """What was delayed gets to the server now, and is done when this returns."""
        for relay in list(self._relays):
            relay.deliver()

    def close_connections(self) -> None:
        """As a server does with connections that were idle too long."""
        for relay in self._relays:
            relay.end()
        self._relays.clear()

    def close(self) -> None:
        self.refuse()
        self._closed = True
        self.close_connections()
        for thread in self._threads:
            thread.join()

    def connect_upstream(self) -> socket.socket:
        if isinstance(self._upstream, tuple):
            return socket.create_connection(self._upstream)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._upstream)
        return server

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                self.start(self._relay, client)

    def _relay(self, client: socket.socket) -> None:
        time.sleep(self.connect_delay_s)
        relay = Relay(self, client, self.connect_upstream())
        self._relays.append(relay)
        if self._closed:  # it came late, and nobody else would end it
            relay.end()
            return
        self.start(relay.back)
        relay.forward()


class Relay:
    """One connection, both ways."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._clients_turn, self._set_up = True, False
        self._fault = Fault.NONE
        self._delayed = b""
        self._over = threading.Event()

    def forward(self) -> None:
        with suppress(OSError):
            while data := self._client.recv(65536):
                if self._clients_turn:
                    self._proxy.flights += 1
                    self._clients_turn = False
                    self._fault = self._proxy.fault() if self._set_up else Fault.NONE
                if self._fault in (Fault.LOSE_REQUEST, Fault.RESET_BEFORE):
                    self.end(reset=self._fault is Fault.RESET_BEFORE)
                    return
                if self._fault is Fault.DELAY:
                    self._delayed += data
                    if self._delayed.endswith(SYNC):
                        self._end(self._client)
                        return
                    continue
                time.sleep(self._proxy.delay_s)
                if self._fault is not Fault.BLACK_HOLE:
                    self._server.sendall(data)
        self.end()

    def back(self) -> None:
        with suppress(OSError):
            end = b""
            while data := self._server.recv(65536):
                end = (end + data)[-len(READY_FOR_QUERY) :]
                if self._fault in (Fault.LOSE_ANSWER, Fault.RESET_AFTER, Fault.DELAY):
                    if end == READY_FOR_QUERY:
                        self.end(reset=self._fault is Fault.RESET_AFTER)
                        return
                    continue
                time.sleep(self._proxy.delay_s)
                self._set_up |= end == READY_FOR_QUERY
                self._clients_turn = True
                self._client.sendall(data)
        self.end()

    def deliver(self) -> None:
        if self._delayed.endswith(SYNC):
            with suppress(OSError):  # the server has ended it meanwhile
                self._server.sendall(self._delayed)
            self._delayed = b""
            assert self._over.wait(LONGEST_S)

    def end(self, *, reset: bool = False) -> None:
        self._end(self._client, reset=reset)
        self._end(self._server)
        self._over.set()

    def _end(self, connection: socket.socket, *, reset: bool = False) -> None:
        with suppress(OSError):
            if reset:
                # Linger for no time is a reset; ending only our own reading wakes `forward` without a farewell.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)
        connection.close()


@contextmanager
def proxy_to(url: str, *, delay_s: float = DELAY_S) -> Iterator[tuple[Proxy, str]]:
    """Run a proxy in front of the server of `url` (a unix-socket URL); gives it and the URL through it."""
    proxy = Proxy(upstream_of(url), delay_s=delay_s)
    try:
        yield proxy, url_through(proxy, url)
    finally:
        proxy.close()


def upstream_of(url: str) -> str:
    query = parse_qs(urlsplit(url).query)
    return f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}"


def url_through(proxy: Proxy, url: str) -> str:
    parts = urlsplit(url)
    return f"postgresql://{parts.username}@127.0.0.1:{proxy.port}{parts.path}?sslmode=disable"
