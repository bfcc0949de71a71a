"""One execution environment: a process that serves one invocation after the other, and imports handlers when asked.

Forked by a fork server. Its standard input is a pipe that the gateway never writes to: when that closes, the gateway
is gone, and this process ends even in the middle of an invocation.
"""

import gc
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

from local.workers.context import LambdaContext, trace_header
from local.workers.sources import Sources, fault_of
from local.workers.wire import encode, receive

Handler = Callable[[Any, LambdaContext], Any]


class Fault(Exception):
    """A handler that cannot be had; the text says why."""


def work(connection: socket.socket, sources: Sources, debug_port: int | None) -> None:
    """Serve until the gateway has nothing more to ask."""
    end_with_gateway()
    if debug_port is not None:
        from local.workers.debugging import listen

        listen(debug_port)
    handlers = Handlers(sources)
    with suppress(ConnectionError):
        while (received := receive(connection)) is not None:
            connection.sendall(_answer(handlers, received[0]))


class Handlers:
    """By their names (`functions.list_tasks.handler`), imported when they are asked for."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._found: dict[str, Handler] = {}

    def get(self, name: str) -> Handler:
        """
        Raises:
            Fault: it cannot be imported.
        """
        if name not in self._found:
            self._found[name] = self._import(name)
        return self._found[name]

    def faults(self, names: list[str]) -> dict[str, str]:
        """Import these; why not, of those that cannot be had."""
        faults: dict[str, str] = {}
        for name in names:
            try:
                self.get(name)
            except Fault as fault:
                faults[name] = str(fault)
        return faults

    def _import(self, name: str) -> Handler:
        module_name, _, attribute = name.rpartition(".")
        try:
            handler: Handler = getattr(import_module(module_name), attribute)
        except (Exception, SystemExit) as error:
            raise Fault(fault_of(error, self._sources)) from error
        finally:
            gc.enable()  # what a fork server imports leaves no garbage, what serves requests may
        if not callable(handler):
            raise Fault(f"{attribute} is of type {type(handler).__name__}, which cannot be called")
        return handler


def _answer(handlers: Handlers, message: dict[str, Any]) -> bytes:
    if "import" in message:
        return encode({"faults": handlers.faults(message["import"])})
    try:
        handler = handlers.get(message["handler"])
    except Fault as fault:
        return encode({"fault": str(fault)})
    os.environ["_X_AMZN_TRACE_ID"] = trace_header()
    try:
        return encode({"result": handler(message["event"], LambdaContext(**message["context"]))})
    except Exception as error:  # noqa: BLE001  # as Lambda does: log it, and stay for the next invocation
        traceback.print_exc()
        return encode({"error": f"{type(error).__name__}: {error}"})


def end_with_gateway() -> None:
    thread = threading.Thread(target=_end_at_end_of_input, name="gateway", daemon=True)
    thread.pydev_do_not_trace = True  # type: ignore[attr-defined]  # a debugger would stop it with all others
    thread.start()


def _end_at_end_of_input() -> None:
    os.read(sys.stdin.fileno(), 1)  # not sys.stdin: at exit, Python wants the lock of a file object that is being read
    os._exit(0)
