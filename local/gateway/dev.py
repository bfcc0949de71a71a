"""`make dev`: the embedded database, its migrations, the workers and the gateway, from start to Ctrl-C."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, NoReturn

import uvicorn

from local import ROOT
from local.gateway.application import Gateway
from local.gateway.database import Served, names_remote_database, served_database
from local.gateway.worker_process import HandlersError, WorkerError
from local.gateway.workers import open_pool
from local.logs.log import DEV_LOG
from local.postgres.developer import finish_alembic, start_alembic
from local.template import Template, read_template
from local.tokens.auth_settings import names_no_key
from local.tokens.mint import mint, usual_lifetime
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.environment import load_settings

HOST = "127.0.0.1"
DEFAULT_PORT = 3000
DEFAULT_WORKERS = 4
_MOST_WORKERS = 64
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_GRACE_S = 3
_BACKLOG = 1024


class DevError(Exception):
    """The server cannot start; the text is for the developer."""


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal once more when it is done; here the workers and the database follow.
        yield


def run(environ: Mapping[str, str], template_path: Path = ROOT / "template.yaml") -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP.

    Raises:
        DevError, ServedError, PostgresError, TemplateError, MigrationError, ConfigurationError: it cannot start.
        KeyboardInterrupt: it was stopped before it served.
    """
    with asyncio.Runner() as runner:
        # Made first: a signal in the middle of it would leave half a loop behind, which complains when it goes.
        runner.get_loop()
        for number in _SIGNALS:
            signal.signal(number, _interrupt)
        _run(runner, environ, template_path)


def _run(runner: asyncio.Runner, environ: Mapping[str, str], template_path: Path) -> None:
    origins = {"AllowedOrigins": environ["ALLOWED_ORIGINS"]} if "ALLOWED_ORIGINS" in environ else {}
    template = read_template(template_path, origins)
    workers = _number(environ, "LOCAL_WORKERS", DEFAULT_WORKERS, _MOST_WORKERS)
    remote = names_remote_database(environ)
    with (
        listen(_number(environ, "PORT", DEFAULT_PORT, 65535)) as listener,
        served_database(environ, remote=remote) as database,
    ):
        environment = {**environ, "DATABASE_URL": database.functions}
        if names_no_key(environ):
            environment["AUTH_SECRET"] = DEVELOPMENT_SECRET
        load_settings(environment)
        serving = _serve(template, workers, listener, environment, database)
        try:
            # Closed, so that one which a signal kept from beginning is not complained of.
            with closing(serving):
                runner.run(serving)
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None


async def _serve(
    template: Template, workers: int, listener: socket.socket, environment: dict[str, str], database: Served
) -> None:
    starting = asyncio.current_task()
    _on_signal(lambda: starting and starting.cancel())
    wanted = ("current",) if database.origin == "remote" else ("upgrade", "head")
    with start_alembic(database.owner, environment, *wanted) as migration, open_log() as log:
        try:
            async with open_pool(template, workers, environment, log) as pool:
                await asyncio.to_thread(finish_alembic, migration)
                await asyncio.to_thread(database.let_serve)
                server = _Server(server_config(Gateway(template, pool)))
                _on_signal(lambda: setattr(server, "should_exit", True))
                _say_which(database)
                _greet(f"http://{HOST}:{listener.getsockname()[1]}", environment)
                await server.serve([listener])
        except HandlersError as error:
            raise DevError("\n".join(_route_faults(template, error))) from error
        except WorkerError as error:
            raise DevError(f"a worker could not import the handlers: {error}") from error
        finally:
            migration.kill()


def _say_which(database: Served) -> None:
    if database.origin == "given":
        print("Using the server that DATABASE_URL names; the migrations were applied to it")
        if not database.has_login:
            print("The functions log in as its owner, since it lets no role in that the owner makes")
    if database.origin == "remote":
        print("Using the database that DATABASE_URL names, on another machine; nothing was migrated")


def open_log() -> IO[bytes]:
    """The log of this run, which `make logs` shows: JSON would drown what the terminal is for."""
    DEV_LOG.parent.mkdir(exist_ok=True)
    DEV_LOG.write_bytes(b"")
    return DEV_LOG.open("ab")


def server_config(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # it would take the client's word for its address
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )


def _greet(url: str, environment: Mapping[str, str]) -> None:
    lines = ["", f"Serving {url}  (Ctrl-C stops it; make logs shows more of each request)", ""]
    if environment.get("AUTH_SECRET") == DEVELOPMENT_SECRET:
        lifetime = usual_lifetime(environment)
        token = mint("alice", lifetime_s=lifetime)
        lines += [
            f"A token of alice for the next {lifetime / 3600:g} hours (of others: make -s token USER=bob):",
            "",
            token,
            "",
            f"curl -H 'Authorization: Bearer {token}' {url}/api/tasks",
        ]
    else:
        lines += ["Tokens are those of your AUTH_* settings: take one from your issuer, then", ""]
        lines += [f'curl -H "Authorization: Bearer $TOKEN" {url}/api/tasks']
    print("\n".join([*lines, ""]), flush=True)


def _route_faults(template: Template, error: HandlersError) -> list[str]:
    return [
        f"{route.key} -> {route.function.handler}: {error.faults[route.function.handler]}"
        for route in template.routes
        if route.function.handler in error.faults
    ]


def _number(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise DevError(f"{name}={text} is not a number from 1 to {most}")
    return int(text)


def listen(port: int) -> socket.socket:
    """Take the port before anything else is started; who connects meanwhile is answered as soon as the workers run.

    Raises:
        DevError: it cannot be had.
    """
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it, each answer takes 40 ms more.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise DevError(f"port {port}: {error.strerror}; choose another, such as: make dev PORT={port + 1}") from error
    return listener


def _on_signal(callback: Callable[[], Any]) -> None:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, callback)


def _interrupt(*_: Any) -> NoReturn:
    raise KeyboardInterrupt
