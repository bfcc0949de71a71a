"""What follows a save: the code of the functions, the template or the schema is another from then on."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import psycopg

from local.dev.database import ServedError
from local.dev.served import ServedTemplate
from local.dev.watch import saved_files, saves_of
from local.gateway.application import Gateway
from local.gateway.terminal import Terminal
from local.postgres.developer import MigrationError
from local.template import TemplateError
from local.workers.pool import WorkerPool

# Until then the processors are for who has come to see the first answer.
SECONDS_UNTIL_LIBRARIES_ARE_HELD = 1

Migrate = Callable[[], Awaitable[str]]


class Reloader:
    """`migrate` brings the database to the newest schema and says what it did, or nothing.

    `since`: when what is served was read at the earliest, in seconds of the clock.
    """

    def __init__(
        self,
        gateway: Gateway,
        pool: WorkerPool,
        served: ServedTemplate,
        migrations: Path,
        migrate: Migrate,
        terminal: Terminal,
        since: float,
    ) -> None:
        self._gateway = gateway
        self._pool = pool
        self._served = served
        self._migrations = migrations
        self._migrate = migrate
        self._terminal = terminal
        self._since = since
        self._migrating = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until it is cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hold_libraries())
                group.create_task(self._follow_modules())
                group.create_task(self._follow_template())
        except* (OSError, RuntimeError) as errors:  # no more files can be watched, say
            cause = errors.exceptions[0]
            self._terminal.warn(f"what you save is not seen, start make dev anew for it: {cause}")
        finally:
            for task in self._tasks:
                task.cancel()

    async def _hold_libraries(self) -> None:
        await asyncio.sleep(SECONDS_UNTIL_LIBRARIES_ARE_HELD)
        self._pool.hold_libraries()

    async def _follow_modules(self) -> None:
        async for paths in saved_files([*self._pool.code.directories, self._migrations], self._since):
            migrations = {path for path in paths if path.is_relative_to(self._migrations)}
            if paths - migrations:
                self._pool.renew(paths - migrations)
                self._keep(self._refresh(paths - migrations))
            if migrations:
                self._keep(self._migrate_once())

    async def _refresh(self, paths: set[Path]) -> None:
        number = self._pool.generation
        faults = await self._pool.refresh(paths)
        if number != self._pool.generation:
            return
        for fault in dict.fromkeys(faults.values()):
            self._terminal.warn(fault)
        if not faults:
            names = sorted(str(path.relative_to(self._pool.code.root)) for path in paths)
            self._terminal.say(f"reloaded {', '.join(names[:3])}{', ...' if len(names) > 3 else ''}")

    async def _follow_template(self) -> None:
        async for _ in saves_of(self._served.path):
            try:
                template = self._served.read()
            except TemplateError as error:
                self._terminal.warn(f"{error}; what it said before goes on")
                continue
            before, self._gateway.template = self._gateway.template, template
            self._pool.handlers = template.handlers
            if template.environment != before.environment:
                self._pool.renew([], self._served.environment(template))
            if template != before:
                self._terminal.say(f"read {self._served.path.name} again: {len(template.routes)} routes")

    async def _migrate_once(self) -> None:
        async with self._migrating:
            try:
                done = await self._migrate()
            except (MigrationError, ServedError, psycopg.Error) as error:
                self._terminal.warn(str(error))
            else:
                if done:
                    self._terminal.say(done)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
