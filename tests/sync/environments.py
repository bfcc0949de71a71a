"""Several execution environments of the functions, as the gateway of `make dev` has them: processes, all at work."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from local import ROOT
from local.template import read_template
from local.workers.pool import WorkerPool, open_pool
from tests.api import Answer
from tests.resources import ROUTES
from tests.sync.requests import Request, Serve

ENVIRONMENTS = 3
_START_S, _LONGEST_S = 60, 60


@contextmanager
def execution_environments(settings: dict[str, str]) -> Iterator[Serve]:
    """Gives what serves a request, from any thread; each process serves one at a time."""
    environment = {**os.environ, **settings, "POWERTOOLS_LOG_LEVEL": "ERROR"}
    pools: list[WorkerPool] = []
    ready, over = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        async with open_pool(read_template(ROOT / "template.yaml"), ENVIRONMENTS, environment) as pool:
            await pool.warm_up()
            pools.append(pool)
            ready.set()
            await over.wait()

    functions = {route.function.handler: route.function for route in ROUTES}

    def serve(request: Request) -> Answer:
        invoked = pools[0].invoke(functions[request.handler], request.event())
        result = asyncio.run_coroutine_threadsafe(invoked, loop).result(_LONGEST_S)
        return Answer(result["statusCode"], result["headers"], result["body"])

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        assert ready.wait(_START_S)
        yield serve
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
