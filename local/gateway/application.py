"""API Gateway's part, as an ASGI application: routes, events, its own answers, CORS, limits."""

import asyncio
import re
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from local.gateway import cors
from local.gateway.payload import HttpRequest
from local.gateway.response import HttpResponse, InvalidResultError, from_result, own_answer
from local.gateway.routing import match
from local.gateway.worker_process import HandlersError, WorkerError
from local.gateway.workers import InvocationTimeoutError, WorkerPool
from local.template import Template

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


class ClientGoneError(Exception):
    """The client hung up before it had sent its request."""


class Gateway:
    def __init__(self, template: Template, pool: WorkerPool, *, timeout_s: float = INTEGRATION_TIMEOUT_S) -> None:
        self._template = template
        self._pool = pool
        self._timeout_s = timeout_s

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
        try:
            response = await self._respond(request, scope, receive)
        except ClientGoneError:
            return
        headers = [*response.wire_headers(), (b"apigw-requestid", request.request_id.encode())]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})
        # The target as it was sent, so in ASCII, and without its query, which may hold a token.
        _log(f"{request.method} {request.target} {response.status} {(time.monotonic() - started) * 1000:.1f} ms")

    async def _respond(self, request: HttpRequest, scope: Scope, receive: Receive) -> HttpResponse:
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
            return HEADERS_TOO_LARGE
        if "host" in request.headers and not _LOCAL_HOST.fullmatch(request.headers["host"]):
            return FORBIDDEN
        policy = self._template.cors
        if policy.origins and cors.is_preflight(request.method, request.headers):
            return HttpResponse(204, tuple(cors.preflight_headers(policy, request.headers["origin"]).items()), b"")
        response = await self._integrate(request, receive)
        if not policy.origins:
            return response
        kept = tuple(pair for pair in response.headers if not pair[0].startswith(cors.PREFIX))
        added = cors.response_headers(policy, request.headers.get("origin"))
        return HttpResponse(response.status, (*kept, *added.items()), response.body)

    async def _integrate(self, request: HttpRequest, receive: Receive) -> HttpResponse:
        found = match(self._template.routes, request.method, request.path)
        if found is None:
            return NOT_FOUND
        route, parameters = found
        body = await _read_body(request, receive)
        if body is None:
            return TOO_LARGE
        event = request.event(route.key, parameters, body)
        try:
            async with asyncio.timeout(self._timeout_s):
                return from_result(await self._pool.invoke(route.function, event))
        except TimeoutError:
            _log(f"{route.function.name}: no answer within {self._timeout_s:g} s")
            return UNAVAILABLE
        except InvocationTimeoutError as error:
            _log(f"{route.function.name}: {error}")
            return UNAVAILABLE
        except (WorkerError, HandlersError, InvalidResultError) as error:
            _log(f"{route.function.name}: {error}")
            return INTERNAL_ERROR


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


def _log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
