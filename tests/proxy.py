"""A proxy on loopback in front of PostgreSQL's unix socket, which counts the round trips that a client waits for."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, urlsplit

# Each direction is held back this long, so that what a client sends without waiting arrives before any answer does.
DELAY_S = 0.01


class Proxy:
    """One flight is all that a client sends before it sees an answer: the round trips, counted on the wire."""

    def __init__(self, upstream: str) -> None:
        self.connections = 0
        self.flights = 0
        self._upstream = upstream
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)

    def close(self) -> None:
        for one in [self._listener, *self._sockets]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in [self._listener, *self._sockets]:
            one.close()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._upstream)
                self._sockets += [client, server]
                self.connections += 1
                flight = Flight(self)
                self._start(pump, client, server, flight.sent)
                self._start(pump, server, client, flight.answered)


class Flight:
    """Whose turn it is on one connection."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._clients_turn = True

    def sent(self) -> None:
        self._proxy.flights += self._clients_turn
        self._clients_turn = False
        time.sleep(DELAY_S)

    def answered(self) -> None:
        time.sleep(DELAY_S)
        self._clients_turn = True


def pump(source: socket.socket, target: socket.socket, passing: Callable[[], None]) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            passing()
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def proxy_to(url: str) -> Iterator[tuple[Proxy, str]]:
    """Run a proxy in front of the server of `url` (a unix-socket URL); gives it and the URL through it."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    proxy = Proxy(f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}")
    try:
        yield proxy, f"postgresql://{parts.username}@127.0.0.1:{proxy.port}{parts.path}?sslmode=disable"
    finally:
        proxy.close()
