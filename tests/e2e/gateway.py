"""The real functions behind the local gateway, served from a thread, with a record of what passed."""

import asyncio
import os
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from local import ROOT
from local.gateway.application import Gateway, Receive, Scope, Send
from local.gateway.listening import listen, server_config
from local.pages.document import Document
from local.pages.explorer import pages
from local.template import Function, Template, read_template
from local.tokens.auth_settings import names_no_key
from local.workers.pool import WorkerPool
from shared.core.auth.settings import DEVELOPMENT_SECRET

WORKERS = 2
_SECONDS_TO_START = 60


@dataclass(frozen=True)
class Exchange:
    """One request as it came over the wire, and its answer; header names are lower case."""

    method: str
    path: str
    sent: dict[str, str]
    status: int
    answered: dict[str, str]


@dataclass
class Served:
    """What is being served; `invoked` has the method and the function of each invocation."""

    address: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    invoked: list[str] = field(default_factory=list)

    def of(self, method: str) -> list[Exchange]:
        return [exchange for exchange in self.exchanges if exchange.method == method]

    def on(self, path: str) -> list[str]:
        """The methods of the requests for this path, in their order."""
        return [exchange.method for exchange in self.exchanges if exchange.path == path]


class _RecordingPool(WorkerPool):
    def __init__(self, template: Template, environment: dict[str, str], served: Served) -> None:
        super().__init__(template.handlers, WORKERS, environment)
        self._served = served

    async def invoke(self, function: Function, event: dict[str, Any]) -> Any:
        self._served.invoked.append(f"{event['requestContext']['http']['method']} {function.name}")
        return await super().invoke(function, event)


class _RecordingGateway:
    def __init__(self, gateway: Gateway, served: Served) -> None:
        self._gateway = gateway
        self._served = served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def recorded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                path, sent, answered = scope["path"], _read(scope["headers"]), _read(message["headers"])
                self._served.exchanges.append(Exchange(scope["method"], path, sent, message["status"], answered))
            await send(message)

        await self._gateway(scope, receive, recorded)


def _read(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


@contextmanager
def serving(database_url: str, allowed_origins: str = "", **settings: str) -> Iterator[Served]:
    """Serve template.yaml on a free port of loopback; of this process's environment nothing but PATH is passed on."""
    template = read_template(ROOT / "template.yaml", {"AllowedOrigins": allowed_origins})
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": database_url, **settings}
    if names_no_key(environment):
        environment["AUTH_SECRET"] = DEVELOPMENT_SECRET
    served, ready, servers = Served(), threading.Event(), list[uvicorn.Server]()

    async def serve() -> None:
        pool = _RecordingPool(template, environment, served)
        try:
            await pool.warm_up(1)  # the others start when requests come at the same time
            gateway = Gateway(template, pool, pages=pages(environment, Document()))
            servers.append(uvicorn.Server(server_config(_RecordingGateway(gateway, served))))
            with listen(0) as listener:
                served.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
                ready.set()
                await servers[0].serve([listener])
        finally:
            ready.set()
            await pool.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(_SECONDS_TO_START)
        assert served.address, "the gateway did not start; it says why above"
        yield served
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(_SECONDS_TO_START)
        assert not thread.is_alive()
