"""A fork server, seen from the gateway: started or forked, given orders, let go."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from local import ROOT
from local.workers.code import Code
from local.workers.errors import WorkerError
from local.workers.wire import LENGTH, send


@dataclass(eq=False)
class ForkServer:
    """`faults` says of the modules that it holds why some could not be imported, `libraries` what came with them.

    Whoever uses one holds it; when nobody does it ends, with what it has forked.
    """

    control: socket.socket
    faults: Mapping[str, str] = field(default_factory=dict)
    libraries: list[str] = field(default_factory=list)
    _holders: int = 1

    def hold(self) -> "ForkServer":
        self._holders += 1
        return self

    def release(self) -> None:
        self._holders -= 1
        if not self._holders:
            self.control.close()

    def order(self, message: Mapping[str, Any], handed_over: socket.socket | None = None) -> None:
        """
        Raises:
            WorkerError: it has ended.
        """
        try:
            send(self.control, message, handed_over)
        except OSError as error:
            raise WorkerError("the server that forks workers has ended") from error

    def kill(self, pid: int) -> None:
        """End a process that it has forked, if that has not ended by itself."""
        try:
            self.order({"kill": pid})
        except WorkerError:
            return

    async def fork(
        self, kind: str, environment: Mapping[str, str], modules: list[str] | None = None, debug_port: int | None = None
    ) -> tuple[socket.socket, int]:
        """A new process, by its socket and its id.

        Raises:
            WorkerError: there is none.
        """
        ours, theirs = _pair()
        with theirs:
            order = {"fork": kind, "environment": dict(environment), "modules": modules or [], "debug_port": debug_port}
            try:
                self.order(order, theirs)
            except BaseException:
                ours.close()
                raise
        try:
            return ours, (await read(ours))["pid"]
        except BaseException:
            ours.close()
            raise

    async def fork_server(self, modules: list[str], environment: Mapping[str, str]) -> "ForkServer":
        """Another, with these modules on top of its own.

        Raises:
            WorkerError: it ended while importing them.
        """
        control, pid = await self.fork("server", environment, modules)
        try:
            said = await read(control)
        except BaseException:
            control.close()
            self.kill(pid)
            raise
        return ForkServer(control, said["faults"], said["libraries"])


class Libraries(ForkServer):
    """The lowest: a process of its own, not forked."""

    process: "subprocess.Popen[bytes]"

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def leave(self) -> None:
        """To what has no gateway any more, there is nothing to do but end."""
        self.control.close()
        if self.process.stdin is not None:
            self.process.stdin.close()  # workers that are at work end by this

    async def end(self, seconds: float) -> None:
        """Wait until it has ended, with all that it has forked."""
        self.leave()
        try:
            await asyncio.to_thread(self.process.wait, seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def start(code: Code, environment: Mapping[str, str], log: IO[bytes] | None = None) -> Libraries:
    """What its workers log goes to `log`, or where this process writes to."""
    ours, theirs = _pair()
    with theirs:
        started = Libraries(ours)
        started.process = subprocess.Popen(
            [sys.executable, "-m", "local.workers.fork_server", str(theirs.fileno()), str(code.root), *code.packages],
            cwd=ROOT,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=log,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,  # a terminal's Ctrl-C is for the gateway, which then ends its workers
        )
    return started


async def read(connection: socket.socket) -> Any:
    """
    Raises:
        WorkerError: whoever was to say something has ended.
    """
    (length,) = LENGTH.unpack(await _exactly(connection, LENGTH.size))
    return json.loads(await _exactly(connection, length))


async def _exactly(connection: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        try:
            part = await asyncio.get_running_loop().sock_recv(connection, length - len(content))
        except OSError as error:
            raise WorkerError("its process ended") from error
        if not part:
            raise WorkerError("its process ended")
        content += part
    return bytes(content)


def _pair() -> tuple[socket.socket, socket.socket]:
    """Ours does not block, since the event loop reads it."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    return ours, theirs
