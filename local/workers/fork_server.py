"""A process with one thread, no event loop and no connection, that holds imported modules and forks who needs them.

Started as `python -m local.workers.fork_server SOCKET ROOT PACKAGE...` it holds libraries. What it forks is another
such process, with a floor of the project's modules on top, or a worker. Its orders are messages of the gateway:

    {"saved": [path, ...]}                              these files are not what they were
    {"hold": [module, ...]}                             import these, when there is time
    {"kill": pid}                                       one that it has forked
    {"fork": "server" | "worker", "modules": [...], "environment": {...}, "debug_port": ...}     with a socket for it

On that socket the new process says its `pid` at once and, a server, `faults` and `libraries` when it has imported.
"""

import gc
import os
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, NamedTuple

from local.workers.sources import Sources, import_all, libraries
from local.workers.wire import receive, send
from local.workers.worker import work

# An import that takes longer has no end. The system's own alarm ends the process, whatever it is at.
LONGEST_IMPORT_S = 60


class _Child(NamedTuple):
    """What this process, just forked, is to be."""

    order: dict[str, Any]
    connection: socket.socket


def main(control: socket.socket, sources: Sources) -> None:
    while True:
        child = _serve(control, sources)
        control.close()
        if child is None:
            return
        os.environ.clear()
        os.environ.update(child.order["environment"])
        send(child.connection, {"pid": os.getpid()})
        if child.order["fork"] == "worker":
            work(child.connection, sources, child.order["debug_port"])
            return
        signal.alarm(LONGEST_IMPORT_S)
        faults = import_all(child.order["modules"], sources)
        signal.alarm(0)
        _freeze()
        control = child.connection
        send(control, {"faults": faults, "libraries": libraries(sources)})


def _serve(control: socket.socket, sources: Sources) -> _Child | None:
    """Do as ordered until there is nobody to order; returns in each child."""
    children: set[int] = set()
    while (received := receive(control)) is not None:
        order, connection = received
        _reap(children)
        if connection is not None:
            if (pid := _fork()) == 0:
                return _Child(order, connection)
            connection.close()
            children |= {pid} if pid else set()
        elif "saved" in order:
            sources.saved(order["saved"])
        elif "hold" in order:
            _hold(order["hold"], sources)
        elif order.get("kill") in children:
            os.kill(order["kill"], signal.SIGKILL)
            children -= {os.waitpid(order["kill"], 0)[0]}
    # They end by themselves, now that nobody talks to them; reaped here, nobody else need be.
    for pid in children:
        os.waitpid(pid, 0)
    return None


def _fork() -> int | None:
    try:
        return os.fork()
    except OSError as error:
        print(f"no worker could be forked: {error.strerror}", file=sys.stderr, flush=True)
        return None


def _reap(children: set[int]) -> None:
    for pid in list(children):
        if os.waitpid(pid, os.WNOHANG)[0]:
            children.discard(pid)


def _hold(modules: list[str], sources: Sources) -> None:
    for name in modules:
        with suppress(Exception):
            import_module(name)
    sources.hold()
    _freeze()


def _freeze() -> None:
    """To look for garbage in what was imported finds none, and would write on pages that are shared with all forked."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    gc.disable()
    number, root, *packages = sys.argv[1:]
    sys.path.insert(0, root)
    ours = Sources(root, packages)
    sys.meta_path.insert(0, ours)
    # The gateway may go at any time: then nobody waits for what this process has to say.
    with suppress(ConnectionError, KeyboardInterrupt):
        main(socket.socket(fileno=int(number)), ours)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
