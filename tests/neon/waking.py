"""A compute that sleeps, as Neon's proxy shows it: the first connect wakes it, and all are held until it is awake.

The proxy tries again by itself, and gives up in words of its own, of severity FATAL and without a code that says more.
What of it reaches a client is what these stand for, at once: so the client has most of the waiting to do.
"""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum

from tests.proxy import Proxy, upstream_of, url_through

_CONNECTION_FAILURE, _CANNOT_CONNECT_NOW = "08006", "57P03"


class Waking(Enum):
    """What becomes of a connect while the compute wakes."""

    HELD = ("", "")
    DROPPED = ("", "dropped")
    NO_COMPUTE = (_CONNECTION_FAILURE, "Couldn't connect to compute node")
    CROWDED = (_CONNECTION_FAILURE, "Failed to acquire permit to connect to the database. Too many database …")
    NO_CONTROL_PLANE = (_CONNECTION_FAILURE, "Control plane request failed")
    STARTING = (_CANNOT_CONNECT_NOW, "the database system is starting up")


class SleepingCompute(Proxy):
    """`becomes` says it of each connect during the wake, by its number; later ones are let through."""

    def __init__(self, upstream: str, *, wake_s: float, becomes: Callable[[int], Waking]) -> None:
        self._wake_s, self._becomes = wake_s, becomes
        self._awake_at: float | None = None
        self._one_wake = threading.Lock()
        self.while_waking = 0
        super().__init__(upstream, delay_s=0)

    def _relay(self, client: socket.socket) -> None:
        with self._one_wake:
            if self._awake_at is None:
                self._awake_at = time.monotonic() + self._wake_s
            left = self._awake_at - time.monotonic()
            waking = self._becomes(self.while_waking) if left > 0 else Waking.HELD
            self.while_waking += left > 0
        if waking is Waking.HELD:
            time.sleep(max(0.0, left))
            super()._relay(client)
        else:
            _end(client, *waking.value)


def _end(client: socket.socket, sqlstate: str, message: str) -> None:
    """After the start-up message, as before it nobody knows which compute is meant."""
    with suppress(OSError), client:
        client.recv(65536)
        if sqlstate:
            fields = f"SFATAL\0VFATAL\0C{sqlstate}\0M{message}\0\0".encode()
            client.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)


@contextmanager
def sleeping(url: str, *, wake_s: float, becomes: Callable[[int], Waking]) -> Iterator[tuple[SleepingCompute, str]]:
    """In front of the server of `url` (a unix-socket URL); gives it and the URL through it."""
    compute = SleepingCompute(upstream_of(url), wake_s=wake_s, becomes=becomes)
    try:
        yield compute, url_through(compute, url)
    finally:
        compute.close()
