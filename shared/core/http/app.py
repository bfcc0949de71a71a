"""The one place that knows how FastAPI is set up and how Mangum calls it."""

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from mangum import Mangum
from starlette.exceptions import HTTPException

from shared.core import __version__
from shared.core.errors import ApiError, BadRequest, response_to
from shared.core.http.answers import SECURITY_HEADERS, Answers, on_api_error, on_http_exception, on_validation_error
from shared.core.http.bodies import BodyLimits
from shared.core.http.endpoint import AuthenticatedRoute, StrictRoute
from shared.core.http.event import HttpApi
from shared.core.observability import logger
from shared.core.startup import ready
from shared.core.tracing import annotate, traced

LambdaHandler: TypeAlias = Callable[[dict[str, Any], Any], dict[str, Any]]


def create_app(*, public: bool = False, limits: BodyLimits = BodyLimits()) -> FastAPI:  # noqa: B008  # frozen
    """An app for one endpoint. Its routes demand a token, unless it is `public`, and read bodies within `limits`."""
    app = FastAPI(
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.router.route_class = StrictRoute if public else AuthenticatedRoute
    app.state.body_limits = limits
    app.add_middleware(Answers)
    app.add_exception_handler(ApiError, on_api_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_exception)
    return app


def lambda_handler(app: FastAPI) -> LambdaHandler:
    """The handler that Lambda calls with an API Gateway event (payload 2.0); with it a function is ready."""
    asyncio.set_event_loop(_event_loop())
    adapter = Mangum(app, lifespan="off", custom_handlers=[HttpApi])

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        asyncio.set_event_loop(_event_loop())
        try:
            return adapter(event, context)
        except Exception:  # noqa: BLE001
            # The app answers for itself, so this is the adapter: the event is not one it can read.
            logger.exception("unreadable event")
            return _refusal(event)

    return ready(traced("request")(handler))


@cache
def _event_loop() -> asyncio.AbstractEventLoop:
    """One loop for all calls; Mangum asks for the current one, which newer Pythons no longer make by themselves."""
    return asyncio.new_event_loop()


def _refusal(event: Any) -> dict[str, Any]:
    context = event.get("requestContext") if isinstance(event, dict) else None
    request_id = str(context.get("requestId", "")) if isinstance(context, dict) else ""
    answer = response_to(BadRequest(), request_id)
    annotate({"status": answer.status, "code": answer.code})
    headers = {**SECURITY_HEADERS, **answer.headers, "x-request-id": request_id}
    return {"statusCode": answer.status, "headers": headers, "body": answer.body.decode(), "isBase64Encoded": False}
