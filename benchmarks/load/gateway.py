"""The local gateway as a process of its own, on a free port: `python -m benchmarks.load.gateway WORKERS`.

Prints the port once all workers run, and serves until its standard input ends. What it and the functions log is
written, and read by nobody.
"""

import asyncio
import os
import sys

import uvicorn

from local import ROOT
from local.gateway.application import Gateway
from local.gateway.listening import listen, server_config
from local.template import read_template
from local.workers.pool import WorkerPool


async def serve(workers: int) -> None:
    template = read_template(ROOT / "template.yaml")
    with open(os.devnull, "wb") as log:  # noqa: PTH123  # it never blocks
        pool = WorkerPool(template.handlers, workers, os.environ, log)
        try:
            await pool.warm_up()
            server = uvicorn.Server(server_config(Gateway(template, pool)))
            with listen(0) as listener:
                print(listener.getsockname()[1], flush=True)
                serving = asyncio.create_task(server.serve([listener]))
                await asyncio.to_thread(sys.stdin.read)
                server.should_exit = True
                await serving
        finally:
            await pool.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
