"""X-Ray's daemon, as far as a function sees it: a UDP port on loopback, and what has come there."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

TRACE_ID = "1-5759e988-bd862e3fe1be46a994272793"
SEGMENT = "557abcec3ee5a047"
SAMPLED = f"Root={TRACE_ID};Parent={SEGMENT};Sampled=1;Lineage=a87bd80c:1|68fd508a:5"
HEAD = '{"format":"json","version":1}\n'


class Daemon:
    """`texts` has each datagram that was looked at."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.texts: list[str] = []

    @property
    def environment(self) -> Mapping[str, str]:
        """As Lambda sets it for an invocation that is sampled."""
        host, port = self._listener.getsockname()
        return {"TRACING": "on", "AWS_XRAY_DAEMON_ADDRESS": f"{host}:{port}", "_X_AMZN_TRACE_ID": SAMPLED}

    def received(self) -> list[dict[str, Any]]:
        """What has come since the last call; on loopback a datagram is there as soon as it was sent."""
        documents = []
        while (datagram := self._next()) is not None:
            self.texts.append(datagram.decode())
            head, document = self.texts[-1].split("\n", 1)
            assert f"{head}\n" == HEAD
            documents.append(json.loads(document))
        return documents

    def only(self) -> dict[str, Any]:
        (document,) = self.received()
        return document

    def _next(self) -> bytes | None:
        try:
            return self._listener.recv(65536)
        except BlockingIOError:
            return None


@contextmanager
def listening() -> Iterator[Daemon]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        yield Daemon(listener)


def spans_of(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A span and all within it, in the order in which they began."""
    return [document, *(found for inner in document.get("subsegments", []) for found in spans_of(inner))]


def names_of(document: Mapping[str, Any]) -> Any:
    """The tree, as names: `("request", ["token", "batch"])`, a span without others by its name alone."""
    inner = [names_of(each) for each in document.get("subsegments", [])]
    return (document["name"], inner) if inner else document["name"]


def flags_of(document: Mapping[str, Any]) -> set[str]:
    return {flag for flag in ("error", "fault", "throttle") if document.get(flag)}
