"""One state of the code: the workers that have imported it, and what they are forked from."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from local.workers.process import Worker
from local.workers.server import ForkServer


class Generation:
    def __init__(self, number: int, build: Callable[[], Coroutine[Any, Any, ForkServer]]) -> None:
        self.number = number
        self.born = time.monotonic()
        self.idle: list[Worker] = []
        self.workers = 0
        self._abandoned = asyncio.Event()
        self._comes: asyncio.Event | None = None
        self._build = build
        self._building: asyncio.Task[ForkServer] | None = None

    async def server(self) -> ForkServer | None:
        """What to fork workers from; None once there is a newer generation.

        Raises:
            WorkerError: it could not be built; whoever asks again has it tried again.
        """
        if self._building is None:
            self._building = asyncio.create_task(self._build())
        building = self._building
        # Waited for, not awaited: who cancels it means the building, not the one who waits.
        await asyncio.wait([building])
        if building.cancelled():
            return None
        if building.exception() is not None:
            self.rebuild()
        return building.result()

    @contextmanager
    def worker_comes(self) -> Iterator[None]:
        """Whoever wants a worker meanwhile waits for this one, instead of having another import the same."""
        comes = self._comes = asyncio.Event()
        try:
            yield
        finally:
            comes.set()

    async def worker_came(self) -> None:
        if self._comes is not None and not self.idle:
            await self._comes.wait()

    def rebuild(self) -> None:
        self._building = None

    def abandon(self) -> None:
        self._abandoned.set()
        if self._building is not None:
            self._building.cancel()

    async def settle(self, seconds: float) -> None:
        """Wait until it is so old, or there is a newer one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, self.born + seconds - time.monotonic())):
                await self._abandoned.wait()
