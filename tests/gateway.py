"""Requests as they come over the wire, through the local gateway's own reading and routing to the real handlers.

What a path, a query or a header becomes on its way is decided before a handler is called, so events written by hand
cannot show it. The functions run in this process.
"""

import asyncio
import importlib
from typing import Any, cast

import httpx

from local import ROOT
from local.gateway.application import Gateway
from local.template import Function, read_template
from local.workers.pool import WorkerPool
from tests.api import LambdaContext, token_for


class _Functions:
    async def invoke(self, function: Function, event: dict[str, Any]) -> Any:
        module, _, name = function.handler.rpartition(".")
        handler = getattr(importlib.import_module(module), name)
        return await asyncio.to_thread(handler, event, LambdaContext())


def send(
    method: str, target: str, *, user: str | None = "alice", host: str = "localhost:3000", **request: Any
) -> httpx.Response:
    """The answer to one request; `target` is the path and the query as they are sent."""
    gateway = Gateway(read_template(ROOT / "template.yaml"), cast("WorkerPool", _Functions()))

    async def sent() -> httpx.Response:
        transport = httpx.ASGITransport(app=cast("Any", gateway))
        headers = {"host": host, **({"authorization": f"Bearer {token_for(user)}"} if user else {})}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
            return await client.request(method, target, **request)

    return asyncio.run(sent())
