"""A pool of workers: as many execution environments as may serve at the same time."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import IO, Any
from uuid import uuid4

from local.gateway.worker_process import HandlersError, Worker, WorkerError, start_worker
from local.template import Function, Template


class InvocationTimeoutError(Exception):
    """The function ran past its time-out and was killed."""


class WorkerPool:
    """Invokes handlers. The worker that was used last serves next; others start when they are needed."""

    def __init__(
        self, handlers: tuple[str, ...], size: int, environment: Mapping[str, str], log: IO[bytes] | None = None
    ) -> None:
        """The handlers log to `log`, or where this process writes to."""
        self._handlers = handlers
        self._environment = environment
        self._log = log
        self._size = size
        self._free = asyncio.Semaphore(size)
        self._idle: list[Worker] = []
        self._count = 0

    async def warm_up(self, workers: int | None = None) -> None:
        """Start workers up to this number (all by default), one at a time, so as to leave processors to requests.

        Raises:
            HandlersError: some handlers cannot be imported.
            WorkerError: a worker ended while it imported them.
        """
        while self._count < (self._size if workers is None else workers):
            async with self._free:
                self._idle.insert(0, await self._start())

    async def invoke(self, function: Function, event: dict[str, Any]) -> Any:
        """What the function returns for this event.

        Raises:
            InvocationTimeoutError, WorkerError, HandlersError: it returned nothing.
        """
        async with self._free:
            worker = await self._take()
            try:
                answer = await self._run(worker, function, event)
            except BaseException:
                # Killed like Lambda's environment: what it was doing must not go on beside its successor.
                self._count -= 1
                worker.kill()
                raise
            self._idle.append(worker)
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer["result"]

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        await asyncio.gather(*(worker.end() for worker in idle))

    async def _run(self, worker: Worker, function: Function, event: dict[str, Any]) -> Any:
        context = {
            "function_name": function.name,
            "memory_limit_in_mb": function.memory_mb,
            "aws_request_id": str(uuid4()),
            "timeout_s": function.timeout_s,
        }
        try:
            async with asyncio.timeout(function.timeout_s):
                return await worker.exchange({"handler": function.handler, "event": event, "context": context})
        except TimeoutError as error:
            raise InvocationTimeoutError(f"{function.name} ran past its {function.timeout_s:g} s") from error

    async def _take(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                return worker
            self._count -= 1
            worker.kill()
        return await self._start()

    async def _start(self) -> Worker:
        self._count += 1
        try:
            return await start_worker(self._handlers, self._environment, self._log)
        except BaseException:
            self._count -= 1
            raise


@asynccontextmanager
async def open_pool(
    template: Template, size: int, environment: Mapping[str, str], log: IO[bytes] | None = None
) -> AsyncIterator[WorkerPool]:
    """A pool whose first worker runs, and whose others are on their way.

    Raises:
        HandlersError, WorkerError: the first worker could not be started.
    """
    pool = WorkerPool(template.handlers, size, environment, log)
    await pool.warm_up(1)
    rest = asyncio.create_task(pool.warm_up())
    try:
        yield pool
    finally:
        rest.cancel()
        with suppress(asyncio.CancelledError, HandlersError, WorkerError):
            await rest
        await pool.close()
