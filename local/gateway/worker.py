"""One execution environment: a process that imports the handlers and then serves one invocation after the other.

Started as `python -m local.gateway.worker SOCKET`. Its standard input is a pipe that the parent never writes to:
when that closes, the parent is gone, and this process ends even in the middle of an invocation.
"""

import importlib
import json
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from local.gateway.context import LambdaContext
from local.gateway.wire import LENGTH, encode

Handlers = dict[str, Callable[[Any, LambdaContext], Any]]


def serve(connection: socket.socket) -> None:
    with connection.makefile("rb") as reader:
        names = _receive(reader)
        handlers, faults = import_handlers(names or [])
        connection.sendall(encode({"faults": faults}))
        while (invocation := _receive(reader)) is not None:
            connection.sendall(_invoke(handlers, invocation))


def import_handlers(names: list[str]) -> tuple[Handlers, dict[str, str]]:
    """The handlers by name (`functions.list_tasks.handler`), and for those that cannot be had why not."""
    handlers: Handlers = {}
    faults: dict[str, str] = {}
    for name in names:
        module_name, _, attribute = name.rpartition(".")
        try:
            handler = getattr(importlib.import_module(module_name), attribute)
        except Exception as error:  # noqa: BLE001  # whatever a module does at import
            faults[name] = f"{type(error).__name__}: {error}"
        else:
            handlers[name] = handler
            if not callable(handler):
                faults[name] = f"{attribute} is of type {type(handler).__name__}, which cannot be called"
    return handlers, faults


def _invoke(handlers: Handlers, invocation: dict[str, Any]) -> bytes:
    context = LambdaContext(**invocation["context"])
    try:
        return encode({"result": handlers[invocation["handler"]](invocation["event"], context)})
    except Exception as error:  # noqa: BLE001  # as Lambda does: log it, and stay for the next invocation
        traceback.print_exc()
        return encode({"error": f"{type(error).__name__}: {error}"})


def _receive(reader: Any) -> Any:
    head = reader.read(LENGTH.size)
    return json.loads(reader.read(LENGTH.unpack(head)[0])) if len(head) == LENGTH.size else None


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # not sys.stdin: at exit, Python wants the lock of a file object that is being read
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # The parent may go while this process starts: then nobody waits for what it has to say.
    with socket.socket(fileno=int(sys.argv[1])) as parent, suppress(ConnectionError):
        serve(parent)
