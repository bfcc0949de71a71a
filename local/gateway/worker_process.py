"""A worker process, seen from the gateway: started, spoken to, ended."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import IO, Any

from local import ROOT
from local.gateway.wire import LENGTH, encode

_SECONDS_TO_END = 2


class WorkerError(Exception):
    """The invocation has no result: the handler raised, or its process ended."""


class HandlersError(Exception):
    """Handlers that cannot be imported; `faults` has the cause of each by its name."""

    def __init__(self, faults: dict[str, str]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{name}: {cause}" for name, cause in faults.items()))


class Worker:
    """A running process with its handlers imported; made by `start_worker`."""

    def __init__(self, process: "subprocess.Popen[bytes]", reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._process = process
        self._reader = reader
        self._writer = writer

    @property
    def alive(self) -> bool:
        return self._process.poll() is None and not self._reader.at_eof()

    async def exchange(self, message: Any) -> Any:
        """Send a message and wait for its answer; cancelled half-way, the worker can only be killed.

        Raises:
            WorkerError: the process ended.
        """
        try:
            self._writer.write(encode(message))
            await self._writer.drain()
            (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
            return json.loads(await self._reader.readexactly(length))
        except (OSError, asyncio.IncompleteReadError) as error:
            raise WorkerError("its process ended") from error

    def kill(self) -> None:
        self._writer.close()
        self._process.kill()
        self._close()

    async def end(self) -> None:
        """Let it finish; it reads the end of its input as the end of its life."""
        self._writer.close()
        try:
            await asyncio.to_thread(self._process.wait, _SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._close()

    def _close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()


async def start_worker(handlers: Iterable[str], environment: Mapping[str, str], log: IO[bytes] | None = None) -> Worker:
    """Start a process and have it import the handlers (`functions.list_tasks.handler`).

    What they log goes to `log`, or where this process writes to.

    Raises:
        HandlersError: some cannot be imported.
        WorkerError: the process ended while importing them.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.gateway.worker", str(theirs.fileno())],
            cwd=ROOT,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=log,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,  # a terminal's Ctrl-C is for the gateway, which then ends its workers
        )
    worker = Worker(process, *await asyncio.open_connection(sock=ours))
    try:
        faults = (await worker.exchange(list(handlers)))["faults"]
    except BaseException:
        worker.kill()
        raise
    if faults:
        worker.kill()
        raise HandlersError(faults)
    return worker
