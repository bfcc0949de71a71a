"""API Gateway's part, as an ASGI application: routes, events, its own answers, CORS, limits."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from typing import Any

from local.gateway import cors
from local.gateway.cures import cures, host_cure
from local.gateway.payload import HttpRequest
from local.gateway.provocation import NOTHING, Provocation
from local.gateway.response import HttpResponse, InvalidResultError, from_result, own_answer
from local.gateway.routing import match
from local.gateway.terminal import SILENT, Terminal
from local.template import Cors, Function, Template
from local.tokens.source import DEVELOPMENT, TokenSource
from local.workers.errors import HandlersError, InvocationTimeoutError, WorkerError
from local.workers.pool import WorkerPool

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_HEADER_BYTES = 10240
INTEGRATION_TIMEOUT_S = 30

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Any other name is not this API's, as at API Gateway. Here it also keeps a web page from reaching `make dev` through a
# name of its own that it has pointed at this machine.
_LOCAL_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?", re.IGNORECASE)

FORBIDDEN = own_answer(403, "Forbidden")
NOT_FOUND = own_answer(404, "Not Found")
TOO_LARGE = own_answer(413, "Request Entity Too Large")
HEADERS_TOO_LARGE = own_answer(431, "Request Header Fields Too Large")
INTERNAL_ERROR = own_answer(500, "Internal Server Error")
UNAVAILABLE = own_answer(503, "Service Unavailable")


Page = Callable[[HttpRequest], Awaitable[HttpResponse]]


class ClientGoneError(Exception):
    """The client hung up before it had sent its request."""


class Gateway:
    """`template` may be changed at any time. `pages`, by path, are the gateway's own, beside the template's routes."""

    def __init__(
        self,
        template: Template,
        pool: WorkerPool,
        *,
        timeout_s: float = INTEGRATION_TIMEOUT_S,
        terminal: Terminal = SILENT,
        provocation: Provocation = NOTHING,
        pages: Mapping[str, Page] | None = None,
        tokens: TokenSource = DEVELOPMENT,
    ) -> None:
        self.template = template
        self._pool = pool
        self._timeout_s = timeout_s
        self._terminal = terminal
        self._provocation = provocation
        self._pages = pages or {}
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.monotonic()
        request = HttpRequest.read(
            scope["method"],
            scope["raw_path"],
            scope["query_string"],
            scope["headers"],
            scope["client"][0] if scope["client"] else "127.0.0.1",
            scope["http_version"],
        )
        policy = self.template.cors
        try:
            response = await self._respond(request, policy, scope, receive)
        except ClientGoneError:
            return
        headers = [*response.wire_headers(), (b"apigw-requestid", request.request_id.encode())]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})
        self._terminal.request(request, response, (time.monotonic() - started) * 1000)
        for cure in cures(request, response, policy, self._tokens):
            self._terminal.cure(cure)

    async def _respond(self, request: HttpRequest, policy: Cors, scope: Scope, receive: Receive) -> HttpResponse:
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
            return HEADERS_TOO_LARGE
        if "host" in request.headers and not _LOCAL_HOST.fullmatch(request.headers["host"]):
            return replace(FORBIDDEN, cure=host_cure(scope["server"][1]))
        if policy.origins and cors.is_preflight(request.method, request.headers):
            return HttpResponse(204, tuple(cors.preflight_headers(policy, request.headers["origin"]).items()), b"")
        response = await self._integrate(request, receive)
        if not policy.origins:
            return response
        kept = tuple(pair for pair in response.headers if not pair[0].startswith(cors.PREFIX))
        added = cors.response_headers(policy, request.headers.get("origin"))
        return replace(response, headers=(*kept, *added.items()))

    async def _integrate(self, request: HttpRequest, receive: Receive) -> HttpResponse:
        found = match(self.template.routes, request.method, request.path)
        if found is None:
            page = self._pages.get(request.path) if request.method == "GET" else None
            return NOT_FOUND if page is None else await page(request)
        route, parameters = found
        body = await _read_body(request, receive)
        if body is None:
            return TOO_LARGE
        provoked = await self._provocation.answer(request.request_id)
        if provoked is not None:
            return provoked
        return await self._invoke(route.function, request.event(route.key, parameters, body))

    async def _invoke(self, function: Function, event: dict[str, Any]) -> HttpResponse:
        try:
            async with asyncio.timeout(self._timeout_s):
                return from_result(await self._pool.invoke(function, event))
        except TimeoutError:
            return replace(UNAVAILABLE, cure=f"{function.name}: no answer within {self._timeout_s:g} s")
        except InvocationTimeoutError as error:
            return replace(UNAVAILABLE, cure=f"{function.name}: {error}")
        except HandlersError as error:
            fault = error.faults[function.handler]
            return own_answer(503, f"{function.handler} does not import: {fault}", cure=fault)
        except (WorkerError, InvalidResultError) as error:
            return replace(INTERNAL_ERROR, cure=f"{function.name}: {error}")


async def _read_body(request: HttpRequest, receive: Receive) -> bytes | None:
    """The body, or nothing when it is too large: then it is not read to its end."""
    if int(request.headers.get("content-length", "0")) > MAX_BODY_BYTES:
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)
