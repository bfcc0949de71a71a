"""One JSON line per request, by Powertools: what to search for and, in EMF, the metrics that CloudWatch draws from it.

Never a token, a body, a path (it holds ids) or a URL with a password. A user is a fingerprint.

Powertools configures the log and formats what is rare. What each request writes is put together here, byte for byte as
Powertools has it, at a third of the time.
"""

import logging
import os
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from shared.core import SERVICE, tracing
from shared.core.database.session import Usage
from shared.core.errors import ApiError, status_and_code
from shared.core.fingerprint import fingerprint
from shared.core.settings import ConfigurationError
from shared.core.traceparent import client_trace_id

_INTERNAL_ERROR = 500
_UNITS = {"Requests": "Count", "Latency": "Milliseconds", "DatabaseTime": "Milliseconds", "ColdStarts": "Count"}
_is_cold = True


class RequestFormatter(LambdaPowertoolsFormatter):
    """Formats what a record holds as its `request`; a record without one is left to Powertools."""

    def format(self, record: logging.LogRecord) -> str:
        attributes = record.__dict__
        if "request" not in attributes:
            return super().format(record)
        line = {
            **self.get_current_keys(),
            "level": record.levelname,
            "location": f"{record.funcName}:{record.lineno}",
            "message": record.msg,
            "timestamp": self.formatTime(record),
            "taskName": attributes.get("taskName"),  # of Python 3.12 and later
            **attributes["request"],
            "xray_trace_id": self._get_latest_trace_id(),
        }
        return self.serialize({name: value for name, value in line.items() if value is not None})


logger = Logger(service=SERVICE, logger_formatter=RequestFormatter())


def log_request(scope: Mapping[str, Any], *, status: int, ms: float) -> None:
    """Write the line of a request that was answered.

    `scope["state"]` may hold its `request_id`, `caller`, `session` and the `error` it was answered with.
    """
    state: Mapping[str, Any] = scope["state"]
    error: BaseException | None = state.get("error")
    session = state.get("session")
    usage = session.usage if session else Usage()
    fields = {
        "method": scope["method"],
        "route": getattr(scope.get("route"), "path", None),
        "status": status,
        "ms": ms,
        "cold_start": _was_cold(),
        "request_id": state["request_id"],
        "client_trace_id": client_trace_id(scope.get("headers", [])),
        "user": fingerprint(state["caller"].id) if "caller" in state else None,
        "db_round_trips": usage.round_trips,
        "db_ms": round(usage.ms, 2),
        "db_reconnected": usage.reconnected,
        **_describe(error),
    }
    tracing.annotate(fields)
    fields |= _metrics(fields)
    unexpected = error if status == _INTERNAL_ERROR and not isinstance(error, ConfigurationError) else None
    write = logger.error if status == _INTERNAL_ERROR else logger.warning if status > _INTERNAL_ERROR else logger.info
    # A trace is Powertools' to take apart.
    write("request", exc_info=unexpected, extra=fields if unexpected else {"request": fields})


def _was_cold() -> bool:
    """Whether this is the first request of the process."""
    global _is_cold  # it is the process that is cold
    was, _is_cold = _is_cold, False
    return was


def _describe(error: BaseException | None) -> dict[str, Any]:
    if error is None:
        return {}
    reason = error.faults if isinstance(error, ConfigurationError) else None
    if isinstance(error, ApiError):
        reason = [error.reason] if error.reason else None
    return {"code": status_and_code(type(error))[1], "reason": "; ".join(reason) if reason else None}


def _metrics(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same figures in CloudWatch's embedded metric format, where a namespace says that somebody looks."""
    namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE")
    if not namespace:
        return {}
    is_error = "code" in fields
    figures = {
        "Requests": 1,
        "Latency": fields["ms"],
        "DatabaseTime": fields["db_ms"],
        "ColdStarts": fields["cold_start"],
        **({"Errors": 1} if is_error else {}),
    }
    return {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": _directives(namespace, is_error)},
        **{name: [float(figure)] for name, figure in figures.items()},
    }


@cache
def _directives(namespace: str, is_error: bool) -> list[Any]:
    """Which members of a line are metrics, and by which dimensions; the same for all lines with or without an error."""
    of_all = AmazonCloudWatchEMFProvider(namespace=namespace, service=SERVICE)
    for name, unit in _UNITS.items():
        of_all.add_metric(name, unit, 0)
    of_errors = AmazonCloudWatchEMFProvider(namespace=namespace, service=SERVICE)
    of_errors.add_dimension("code", "any")
    of_errors.add_metric("Errors", "Count", 0)
    providers = (of_errors, of_all) if is_error else (of_all,)
    return [each for provider in providers for each in provider.serialize_metric_set()["_aws"]["CloudWatchMetrics"]]
