"""A worker process, seen from the gateway: forked, spoken to, ended."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from local.workers.errors import WorkerError
from local.workers.server import ForkServer
from local.workers.wire import LENGTH, encode

_SECONDS_TO_END = 2


class Worker:
    """Made by `fork_worker`. `generation` is that of the code it has imported."""

    def __init__(
        self, server: ForkServer, pid: int, generation: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.pid = pid
        self.generation = generation
        self._server = server.hold()
        self._reader = reader
        self._writer = writer

    @property
    def alive(self) -> bool:
        return not self._reader.at_eof()

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
        self._server.kill(self.pid)
        self._server.release()

    async def end(self) -> None:
        """Let it finish; it reads the end of its input as the end of its life."""
        try:
            self._writer.write_eof()
            async with asyncio.timeout(_SECONDS_TO_END):
                await self._reader.read()
        except OSError:  # it has ended, or (TimeoutError is one) will not
            pass
        finally:
            self.kill()


async def fork_worker(
    server: ForkServer, generation: int, environment: Mapping[str, str], debug_port: int | None = None
) -> Worker:
    """
    Raises:
        WorkerError: there is none.
    """
    connection, pid = await server.fork("worker", environment, debug_port=debug_port)
    reader, writer = await asyncio.open_connection(sock=connection)
    return Worker(server, pid, generation, reader, writer)
