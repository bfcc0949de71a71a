"""A real HTTP server on loopback that publishes key sets, or misbehaves; it counts what it is asked."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Exchange"], object]


class Exchange(BaseHTTPRequestHandler):
    """One request; a behaviour answers it, with the helpers below or by hand on `wfile`."""

    server: "KeyServer"

    def do_GET(self) -> None:
        self.server.requests.append(self)
        with suppress(OSError):  # a client that had enough hangs up, as it should
            self.server.behaviour(self)

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing: a test's output is its failures."""


class KeyServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.requests: list[Exchange] = []
        self.behaviour: Behaviour = lambda exchange: exchange.answer(b'{"keys":[]}')
        self.ended = threading.Event()  # for behaviours that wait: set when the test is over

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/auth/jwks"

    def publishes(self, body: str | bytes, status: int = 200, **headers: str) -> None:
        raw = body.encode() if isinstance(body, str) else body
        self.behaviour = lambda exchange: exchange.answer(raw, status, **headers)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: clients that hang up are what is tested."""


@contextmanager
def running_key_server() -> Iterator[KeyServer]:
    with KeyServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()
