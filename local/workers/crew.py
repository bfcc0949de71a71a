"""The workers that there are: taken, given back, and replaced when the code is another."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from local.workers.code import Code
from local.workers.errors import WorkerError
from local.workers.floors import Floors
from local.workers.generation import Generation
from local.workers.process import Worker, fork_worker


class Crew:
    def __init__(
        self, code: Code, environment: Mapping[str, str], log: IO[bytes] | None = None, debug_port: int | None = None
    ) -> None:
        self._environment = environment
        self._debug_port = debug_port
        self._floors = Floors(code, environment, log)
        self.generation = Generation(0, self._floors.build)
        self._ending: set[asyncio.Task[None]] = set()

    def faults(self) -> dict[str, str]:
        """Why not, of the modules below the functions that cannot be imported."""
        return self._floors.faults()

    def hold_libraries(self) -> None:
        self._floors.hold_libraries()

    def renew(self, saved: Iterable[Path], environment: Mapping[str, str] | None) -> None:
        """The code of these files is another from now on, or the environment of all."""
        before, self.generation = self.generation, Generation(self.generation.number + 1, self._floors.build)
        before.abandon()
        self._environment = self._environment if environment is None else environment
        with suppress(WorkerError):  # it is made anew then, by whoever needs it
            self._floors.saved(saved, environment)
        while before.idle:
            self._end(before.idle.pop())

    async def take(self) -> Worker:
        """Who was used last, or a new one.

        Raises:
            WorkerError: there is none.
        """
        while self.generation.idle:
            worker = self.generation.idle.pop()
            if worker.alive:
                return worker
            self.drop(worker)
        return await self.start()

    async def start(self) -> Worker:
        """
        Raises:
            WorkerError: as above.
        """
        while True:
            generation = self.generation
            try:
                server = await generation.server()
                if server is not None:
                    worker = await fork_worker(server, generation.number, self._environment, self._debug_port)
                    if generation is self.generation:
                        generation.workers += 1
                        return worker
                    self._end(worker)
            except WorkerError:
                if generation is self.generation:
                    self._floors.forget()
                    generation.rebuild()
                    raise

    def give_back(self, worker: Worker) -> None:
        if worker.generation == self.generation.number:
            self.generation.idle.append(worker)
        else:
            self._end(worker)

    def drop(self, worker: Worker) -> None:
        """End it in the middle of what it does."""
        if worker.generation == self.generation.number:
            self.generation.workers -= 1
        worker.kill()

    async def close(self) -> None:
        self.generation.abandon()
        for worker in self.generation.idle:
            self._end(worker)
        self.generation.idle = []
        await asyncio.gather(*self._ending)
        await self._floors.close()

    def _end(self, worker: Worker) -> None:
        ending = asyncio.create_task(worker.end())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
