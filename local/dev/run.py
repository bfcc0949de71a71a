"""`make dev`: the embedded database, its migrations, the workers and the gateway, from start to Ctrl-C."""

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, NoReturn

from local import ROOT
from local.dev.database import Served, names_remote_database, served_database
from local.dev.greeting import greet
from local.dev.migrating import migrated
from local.dev.options import DevError, Options
from local.dev.reload import Reloader
from local.dev.served import ServedTemplate
from local.dev.traces import shown_traces
from local.gateway.application import INTEGRATION_TIMEOUT_S, Gateway
from local.gateway.listening import HOST, Server, listen, server_config
from local.gateway.terminal import Terminal
from local.logs.log import DEV_LOG
from local.pages.document import Document
from local.pages.explorer import pages
from local.postgres.developer import migrating, running_alembic
from local.template import Template
from local.tokens.auth_settings import names_no_key
from local.tokens.source import token_source
from local.workers.debugging import A_DAY_S
from local.workers.errors import HandlersError, WorkerError
from local.workers.pool import WorkerPool, open_pool
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.environment import load_settings

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_MIGRATIONS = ROOT / "migrations" / "versions"


def run(environ: Mapping[str, str], template_path: Path = ROOT / "template.yaml") -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP.

    Raises:
        DevError, ProvocationError, PortError, ServedError, PostgresError, TemplateError, MigrationError,
        ConfigurationError: it cannot start.
        KeyboardInterrupt: it was stopped before it served.
    """
    with asyncio.Runner() as runner:
        # Made first: a signal in the middle of it would leave half a loop behind, which complains when it goes.
        runner.get_loop()
        for number in _SIGNALS:
            signal.signal(number, _interrupt)
        _run(runner, environ, template_path)


def _run(runner: asyncio.Runner, environ: Mapping[str, str], template_path: Path) -> None:
    options = Options.read(environ)
    ServedTemplate(template_path, options.origins, {}).read()
    remote = names_remote_database(environ)
    if options.debug_port is not None:
        listen(options.debug_port, "DEBUG_PORT").close()
    with listen(options.port) as listener, served_database(environ, remote=remote) as database:
        settings = {**environ, "DATABASE_URL": database.functions}
        if names_no_key(environ):
            settings["AUTH_SECRET"] = DEVELOPMENT_SECRET
        load_settings(settings)
        serving = _serve(ServedTemplate(template_path, options.origins, settings), options, listener, database)
        try:
            # Closed, so that one which a signal kept from beginning is not complained of.
            with closing(serving):
                runner.run(serving)
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None


async def _serve(served: ServedTemplate, options: Options, listener: socket.socket, database: Served) -> None:
    starting = asyncio.current_task()
    _on_signal(lambda: starting and starting.cancel())
    async with shown_traces(Terminal.of_process(served.settings), wanted=options.traced) as tracing:
        traced = replace(served, settings={**served.settings, **tracing})
        await _serve_with_workers(traced, options, listener, database)


async def _serve_with_workers(
    served: ServedTemplate, options: Options, listener: socket.socket, database: Served
) -> None:
    since, template = time.time(), served.read()
    environment = served.environment(template)
    if database.origin == "remote":
        migration = running_alembic(database.owner, served.settings, "current")
    else:
        migration = migrating(database.owner, served.settings)
    with migration as wait_until_migrated, open_log() as log:
        try:
            async with open_pool(
                template, options.workers, environment, log=log, debug_port=options.debug_port
            ) as pool:
                await asyncio.to_thread(wait_until_migrated)
                await asyncio.to_thread(database.let_serve)
                await _answer(served, template, options, listener, database, pool, since)
        except HandlersError as error:
            raise DevError("\n".join(_route_faults(template, error))) from error
        except WorkerError as error:
            raise DevError(f"a worker could not import the handlers: {error}") from error


async def _answer(
    served: ServedTemplate,
    template: Template,
    options: Options,
    listener: socket.socket,
    database: Served,
    pool: WorkerPool,
    since: float,
) -> None:
    terminal = Terminal.of_process(served.settings)
    gateway = Gateway(
        template,
        pool,
        timeout_s=INTEGRATION_TIMEOUT_S if options.debug_port is None else A_DAY_S,
        terminal=terminal,
        provocation=options.provocation,
        pages=pages(served.settings, Document()),
        tokens=token_source(served.settings),
    )
    reloader = Reloader(
        gateway, pool, served, _MIGRATIONS, lambda: migrated(database, served.settings), terminal, since
    )
    server = Server(server_config(gateway))
    _on_signal(lambda: setattr(server, "should_exit", True))
    async with _beside(reloader.run()):
        greet(f"http://{HOST}:{listener.getsockname()[1]}", options, served.settings, database)
        await server.serve([listener])


@asynccontextmanager
async def _beside(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def open_log() -> IO[bytes]:
    """The log of this run, which `make logs` shows: JSON would drown what the terminal is for."""
    DEV_LOG.parent.mkdir(exist_ok=True)
    DEV_LOG.write_bytes(b"")
    return DEV_LOG.open("ab")


def _route_faults(template: Template, error: HandlersError) -> list[str]:
    return [
        f"{route.key} -> {route.function.handler}: {error.faults[route.function.handler]}"
        for route in template.routes
        if route.function.handler in error.faults
    ]


def _on_signal(callback: Callable[[], Any]) -> None:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, callback)


def _interrupt(*_: Any) -> NoReturn:
    raise KeyboardInterrupt
