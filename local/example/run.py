"""The three servers of the example, from start to Ctrl-C; the database is that of `make dev`."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from local import ROOT
from local.example.packages import APP, ExampleError, prepare

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_GRACE_S = 10
_POLL_S = 0.1
_ACCOUNTS = ROOT / ".local" / "example-accounts.json"


@dataclass(frozen=True, slots=True)
class Ports:
    api: int
    auth: int
    app: int

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Ports":
        def port(name: str, default: int) -> int:
            text = environ.get(name) or str(default)
            if not text.isdecimal() or not 0 < int(text) < 65536:
                raise ExampleError(f"{name} must be a port, such as {default}, and not {text!r}")
            return int(text)

        return cls(port("PORT", 3000), port("AUTH_PORT", 3001), port("APP_PORT", 5173))


@dataclass(frozen=True, slots=True)
class _Server:
    name: str
    setting: str
    """Which names another port."""
    port: int
    answers: str
    """A path that answers 200 once it serves."""
    command: Sequence[str]
    directory: Path
    environment: Mapping[str, str]


def run(environ: Mapping[str, str]) -> int:
    """Serve until SIGINT, SIGTERM or SIGHUP.

    Raises:
        ExampleError, NpmError: it cannot be served, or a server has ended.
    """
    ports = Ports.read(environ)
    servers = _servers(ports, environ)
    asyncio.run(_refuse_taken_ports(servers))
    prepare()
    return asyncio.run(_serve(servers, ports))


def _servers(ports: Ports, environ: Mapping[str, str]) -> list[_Server]:
    # The page's origin, through which the browser reaches all of them: the issuer and the audience of its tokens.
    origin = f"http://localhost:{ports.app}"
    accounts = environ.get("ACCOUNTS_FILE") or str(_ACCOUNTS)
    auth = {"AUTH_PORT": str(ports.auth), "APP_URL": origin, "ACCOUNTS_FILE": accounts}
    api = {
        "PORT": str(ports.api),
        "AUTH_JWKS_URL": f"http://127.0.0.1:{ports.auth}/api/auth/jwks",
        "AUTH_ISSUER": origin,
        "AUTH_AUDIENCE": origin,
        "ALLOWED_ORIGINS": origin,
    }
    app = {
        "PORT": str(ports.app),
        "API_URL": f"http://127.0.0.1:{ports.api}",
        "AUTH_URL": f"http://127.0.0.1:{ports.auth}",
    }
    vite = str(APP / "node_modules" / ".bin" / "vite")
    return [
        _Server("auth", "AUTH_PORT", ports.auth, "/api/auth/ok", ("node", "server/auth.mjs"), APP, {**environ, **auth}),
        _Server(
            "api", "PORT", ports.api, "/api/health", (sys.executable, "-m", "local", "dev"), ROOT, {**environ, **api}
        ),
        _Server("app", "APP_PORT", ports.app, "/", (vite, "--clearScreen", "false"), APP, {**environ, **app}),
    ]


async def _serve(servers: Sequence[_Server], ports: Ports) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        ends: set[asyncio.Task[str]] = set()
        for server in servers:
            process = await _start(server)
            stack.push_async_callback(_stop, process)
            ends.add(asyncio.create_task(_end_of(server, process)))
        stop = asyncio.create_task(stopped.wait())
        greeting = asyncio.create_task(_greet(servers, ports))
        await asyncio.wait({*ends, stop}, return_when=asyncio.FIRST_COMPLETED)
        ended = sorted(task.result() for task in ends if task.done())
        for task in (*ends, stop, greeting):
            task.cancel()
        if not stopped.is_set():
            raise ExampleError(f"{', '.join(ended)} has ended, and with it all else")
    return 0


async def _refuse_taken_ports(servers: Sequence[_Server]) -> None:
    for server in servers:
        if await _is_reached(server.port):
            raise ExampleError(f"port {server.port} is in use: make example {server.setting}={server.port + 10}")


async def _start(server: _Server) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *server.command,
        cwd=server.directory,
        env=server.environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # so that Ctrl-C reaches this process alone, which ends them all
    )


async def _end_of(server: _Server, process: asyncio.subprocess.Process) -> str:
    """Show what it says until it ends."""
    assert process.stdout is not None  # noqa: S101  # it is a pipe
    async for line in process.stdout:
        sys.stdout.write(f"{server.name:<5}{line.decode(errors='replace')}")
        sys.stdout.flush()
    await process.wait()
    return server.name


async def _greet(servers: Sequence[_Server], ports: Ports) -> None:
    for server in servers:
        while not await _answers(server):
            await asyncio.sleep(_POLL_S)
    print(f"\nOpen http://localhost:{ports.app}  (Ctrl-C ends all of it)\n", flush=True)


async def _is_reached(port: int) -> bool:
    try:
        # By its name: Vite listens where localhost leads first.
        _, writer = await asyncio.open_connection("localhost", port)
    except OSError:
        return False
    writer.close()
    return True


async def _answers(server: _Server) -> bool:
    try:
        reader, writer = await asyncio.open_connection("localhost", server.port)
        with closing(writer):
            writer.write(f"GET {server.answers} HTTP/1.0\r\nHost: localhost\r\nAccept: */*\r\n\r\n".encode())
            return b" 200 " in await reader.readline()
    except OSError:
        return False


async def _stop(process: asyncio.subprocess.Process) -> None:
    """With whatever it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(_GRACE_S):
            await process.wait()
    except TimeoutError:
        pass
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
