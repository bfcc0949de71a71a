"""The fork servers on top of one another, from the libraries up to what a worker is forked from."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from local.workers import server
from local.workers.code import Code
from local.workers.errors import WorkerError
from local.workers.server import ForkServer, Libraries

_SECONDS_TO_END = 3


class Floors:
    def __init__(self, code: Code, environment: Mapping[str, str], log: IO[bytes] | None) -> None:
        self._code = code
        self._environment = environment
        self._log = log
        self._libraries: Libraries | None = None
        self._built: list[ForkServer] = []
        self._libraries_wanted = self._libraries_held = False

    def hold_libraries(self) -> None:
        """Have the lowest import them, so that the first floor is soon built anew: half a second of a processor."""
        self._libraries_wanted = True
        with suppress(WorkerError):  # another is started then, by whoever needs it
            self._hold()

    def saved(self, paths: Iterable[Path], environment: Mapping[str, str] | None = None) -> None:
        """Forget what was made of these files, or all, where the environment is another."""
        paths = list(paths)
        lowest = min((self._code.floor_of(path) for path in paths), default=len(self._built))
        if environment is not None:
            self._environment, lowest = environment, 0
        self._forget(lowest)
        for held in (*([self._libraries] if self._libraries else ()), *self._built):
            held.order({"saved": [str(path) for path in paths]})

    async def build(self) -> ForkServer:
        """The highest floor, built where it is not there.

        Raises:
            WorkerError: it cannot be.
        """
        floors = self._code.floors()
        lowest = self._start()
        while len(self._built) < len(floors):
            below = self._built[-1] if self._built else lowest
            self._built.append(await below.fork_server(floors[len(self._built)], self._environment))
        highest = self._built[-1] if self._built else lowest
        self._hold()
        return highest

    def faults(self) -> dict[str, str]:
        return {name: cause for held in self._built for name, cause in held.faults.items()}

    def forget(self) -> None:
        """Build all anew: one of them has ended."""
        self._forget(0)

    async def close(self) -> None:
        self._forget(0)
        if self._libraries is not None:
            await self._libraries.end(_SECONDS_TO_END)
            self._libraries = None

    def _start(self) -> Libraries:
        if self._libraries is not None and not self._libraries.alive:
            self._forget(0)
            self._libraries.leave()
            self._libraries = None
        if self._libraries is None:
            self._libraries_held = False
            self._libraries = server.start(self._code, self._environment, self._log)
        return self._libraries

    def _hold(self) -> None:
        # Not before there is a floor: everything would wait for it, and which they are is told by that.
        if self._libraries and self._built and self._libraries_wanted and not self._libraries_held:
            self._libraries.order({"hold": self._built[-1].libraries})
            self._libraries_held = True

    def _forget(self, lowest: int) -> None:
        for held in self._built[lowest:]:
            held.release()
        del self._built[lowest:]
