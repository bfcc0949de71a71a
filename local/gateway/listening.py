"""The port of `make dev`, and the HTTP server behind it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

HOST = "127.0.0.1"
_GRACE_S = 3
_BACKLOG = 1024


class PortError(Exception):
    """The port cannot be had; the text is for the developer."""


class Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal once more when it is done; here the workers and the database follow.
        yield


def server_config(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # it would take the client's word for its address
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )


def listen(port: int, setting: str = "PORT") -> socket.socket:
    """Take the port before anything else is started; who connects meanwhile is answered as soon as the workers run.

    Raises:
        PortError: it cannot be had; `setting` would choose another.
    """
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it, each answer takes 40 ms more.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        cure = f"choose another, such as: make dev {setting}={port + 1}"
        raise PortError(f"port {port}: {error.strerror}; {cure}") from error
    return listener
