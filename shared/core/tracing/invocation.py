"""An invocation that is sampled is recorded, and sent before its answer is: after that the environment is frozen."""

import os
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar, cast

from shared.core.tracing import recording
from shared.core.tracing.trace import Trace
from shared.core.tracing.xray import Parent, datagram, read_parent, root_of, send

HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])


def recorded(handler: HandlerT, name: str) -> HandlerT:
    """The handler, whose invocations are a span of this name; whether one is sampled, Lambda decides."""

    @wraps(handler)
    def handle(event: Any, context: Any) -> Any:
        # Lambda's own. What a client sends of the kind reaches it too, but that is not what Lambda made of it.
        parent = read_parent(os.environ.get("_X_AMZN_TRACE_ID", ""))
        if parent is None:
            return handler(event, context)
        trace = Trace(name)
        try:
            with recording(trace), trace.root:
                return handler(event, context)
        finally:
            # A trace that is lost is nothing to the caller.
            with suppress(Exception):
                _send(trace, parent, event)

    return cast("HandlerT", handle)


def _send(trace: Trace, parent: Parent, event: Any) -> None:
    if gateways := _gateways_id(event):
        trace.root.annotations["gateway_trace_id"] = gateways
    send(datagram(trace, parent), os.environ.get("AWS_XRAY_DAEMON_ADDRESS", ""))


def _gateways_id(event: Any) -> str | None:
    """An HTTP API is not traced, but has an id for the request, which Lambda does not take over."""
    try:
        return root_of(event["headers"]["x-amzn-trace-id"])
    except (KeyError, TypeError, AttributeError):
        return None
