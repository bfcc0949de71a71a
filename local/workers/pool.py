"""A pool of workers: as many execution environments as may serve at the same time, all of the newest code."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from local import ROOT
from local.template import Function, Template
from local.workers.code import Code
from local.workers.crew import Crew
from local.workers.debugging import A_DAY_S
from local.workers.errors import HandlersError, InvocationTimeoutError, WorkerError
from local.workers.process import Worker

# A file that is written in parts is whole by then.
SETTLED_S = 0.1


class WorkerPool:
    """Invokes handlers. The worker that was used last serves next; others are forked when they are needed.

    A worker serves one generation of the code: what was begun goes on to its end, what comes after `renew` waits for
    the next.
    """

    def __init__(
        self,
        handlers: tuple[str, ...],
        size: int,
        environment: Mapping[str, str],
        log: IO[bytes] | None = None,
        *,
        root: Path = ROOT,
        debug_port: int | None = None,
    ) -> None:
        """The handlers log to `log`, or where this process writes to. With a port, one worker waits for a debugger."""
        self.handlers = handlers
        self.code = Code.of(handlers, root)
        self._longest_s = None if debug_port is None else A_DAY_S
        self._size = 1 if debug_port is not None else size
        self._free = asyncio.Semaphore(self._size)
        self._crew = Crew(self.code, environment, log, debug_port)

    @property
    def generation(self) -> int:
        """Of the code: another number after each `renew`."""
        return self._crew.generation.number

    async def warm_up(self, workers: int | None = None) -> None:
        """Have workers up to this number (all by default), one at a time, so as to leave processors to requests.

        Raises:
            HandlersError: some handlers cannot be imported.
            WorkerError: a worker ended while it imported them.
        """
        while self._crew.generation.workers < (self._size if workers is None else workers):
            async with self._free:
                worker = await self._crew.start()
                faults = await self._import(worker, self.handlers)
            if faults:
                raise HandlersError(faults)

    async def invoke(self, function: Function, event: dict[str, Any]) -> Any:
        """What the function returns for this event.

        Raises:
            InvocationTimeoutError, WorkerError, HandlersError: it returned nothing.
        """
        while True:
            async with self._free:
                await self._crew.generation.worker_came()
                worker = await self._crew.take()
                try:
                    answer = await self._run(worker, function, event)
                except BaseException:
                    # Killed like Lambda's environment: what it was doing must not go on beside its successor.
                    self._crew.drop(worker)
                    raise
                self._crew.give_back(worker)
            if "result" in answer:
                return answer["result"]
            if "error" in answer:
                raise WorkerError(answer["error"])
            if not await self._superseded(worker):
                raise HandlersError({function.handler: answer["fault"]})

    def hold_libraries(self) -> None:
        """From now on, for whoever will `renew` it: what is saved then is imported without them."""
        self._crew.hold_libraries()

    def renew(self, saved: Iterable[Path], environment: Mapping[str, str] | None = None) -> None:
        """The code of these files is another from now on, or the environment of all."""
        self._crew.renew(saved, environment)

    async def refresh(self, saved: Iterable[Path]) -> dict[str, str]:
        """Have a worker import what was saved before anybody asks for it, and then the rest.

        Gives why not, of what cannot be imported; nothing where there is newer code meanwhile.
        """
        generation = self._crew.generation
        modules = {self.code.module_of(path) for path in saved}
        first = [name for name in self.handlers if name.rpartition(".")[0] in modules]
        faults = await self._prepare(first)
        await generation.settle(SETTLED_S)
        for name in self.handlers:
            if generation is not self._crew.generation:
                return {}
            if name not in first:
                faults |= await self._prepare([name])
        return self._crew.faults() | faults

    async def close(self) -> None:
        await self._crew.close()

    async def _prepare(self, names: list[str]) -> dict[str, str]:
        """As a request would, so that it waits for none; gives why not, of those that cannot be imported."""
        async with self._free:
            with self._crew.generation.worker_comes():
                try:
                    return await self._import(await self._crew.take(), names)
                except WorkerError as error:
                    return {name: str(error) for name in names}

    async def _import(self, worker: Worker, names: Iterable[str]) -> dict[str, str]:
        try:
            faults: dict[str, str] = (await worker.exchange({"import": list(names)}))["faults"]
        except BaseException:
            self._crew.drop(worker)
            raise
        self._crew.give_back(worker)
        return faults

    async def _run(self, worker: Worker, function: Function, event: dict[str, Any]) -> Any:
        longest_s = self._longest_s or function.timeout_s
        context = {
            "function_name": function.name,
            "memory_limit_in_mb": function.memory_mb,
            "aws_request_id": str(uuid4()),
            "timeout_s": longest_s,
        }
        try:
            async with asyncio.timeout(longest_s):
                return await worker.exchange({"handler": function.handler, "event": event, "context": context})
        except TimeoutError as error:
            raise InvocationTimeoutError(f"{function.name} ran past its {function.timeout_s:g} s") from error

    async def _superseded(self, worker: Worker) -> bool:
        """Whether there is newer code than this worker's, or soon will be."""
        if worker.generation == self._crew.generation.number:
            await self._crew.generation.settle(SETTLED_S)
        return worker.generation != self._crew.generation.number


@asynccontextmanager
async def open_pool(
    template: Template, size: int, environment: Mapping[str, str], **options: Any
) -> AsyncIterator[WorkerPool]:
    """A pool whose first worker runs, and whose others are on their way.

    Raises:
        HandlersError, WorkerError: the first worker could not be started.
    """
    pool = WorkerPool(template.handlers, size, environment, **options)
    try:
        await pool.warm_up(1)
        rest = asyncio.create_task(pool.warm_up())
        try:
            yield pool
        finally:
            rest.cancel()
            with suppress(asyncio.CancelledError, HandlersError, WorkerError):
                await rest
    finally:
        await pool.close()
