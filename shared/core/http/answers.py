"""Every answer in the contract's shape: headers on all of them, one error body for whatever went wrong."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.core.errors import (
    ApiError,
    BadRequest,
    FieldError,
    MethodNotAllowed,
    NotFound,
    ValidationFailed,
    response_to,
)
from shared.core.observability import log_request

SECURITY_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}
_ROUTER_ERRORS: dict[int, type[ApiError]] = {400: BadRequest, 404: NotFound, 405: MethodNotAllowed}
MOST_DETAILS = 20
LONGEST_FIELD = 100
# Some say what was sent.
_LONGEST_MESSAGE = 500
_VALUE_ERROR = "Value error, "


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


_FIXED = _encoded(SECURITY_HEADERS)


class Answers:
    """The outermost layer: headers on every answer, a 500 for what nobody expected, one log line per request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                added = {"x-request-id": request_id, **allowance_headers(scope)}
                message["headers"] = [*message.get("headers", ()), *_FIXED, *_encoded(added)]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001  # this is where the unexpected ends, as a 500 that tells nothing
            scope["state"]["error"] = error
            await error_response(error, request_id)(scope, receive, send_with_headers)
        ms = round((time.perf_counter() - started) * 1000, 2)
        log_request(scope, status=status, ms=ms)


def error_response(error: BaseException, request_id: str) -> Response:
    answer = response_to(error, request_id)
    return Response(answer.body, answer.status, answer.headers)


async def on_api_error(request: Request, error: Exception) -> Response:
    """A failure that is part of the contract; its cause goes into the request's log line, without a trace."""
    request.state.error = error
    return error_response(error, request.state.request_id)


async def on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for nothing else
    return await on_api_error(request, _as_api_error(error.errors()))


async def on_http_exception(request: Request, error: Exception) -> Response:
    """The router's and the body parser's own refusals."""
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for nothing else
    response = await on_api_error(request, _ROUTER_ERRORS.get(error.status_code, ApiError)())
    response.headers.update(error.headers or {})
    return response


def _as_api_error(faults: Sequence[Any]) -> ApiError:
    return ValidationFailed(details=tuple(_field_error(fault) for fault in faults[:MOST_DETAILS]))


def _field_error(fault: Any) -> FieldError:
    where = [str(part) for part in fault["loc"]]
    field = ".".join(where[1:] or where)
    return FieldError(field[:LONGEST_FIELD], fault["type"], fault["msg"].removeprefix(_VALUE_ERROR)[:_LONGEST_MESSAGE])


def allowance_headers(scope: Scope) -> dict[str, str]:
    """What is left to a caller whose request was counted."""
    session = scope["state"].get("session")
    return session.allowance.headers() if session and session.allowance else {}


def _request_id(scope: Scope) -> str:
    """API Gateway's id of this request, so that client, function log and access log speak of the same."""
    try:
        return str(scope["aws.event"]["requestContext"]["requestId"])
    except (KeyError, TypeError):
        return str(uuid4())
