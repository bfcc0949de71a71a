"""One JSON line per request, by Powertools: what to search for and, in EMF, the metrics that CloudWatch draws from it.

Never a token, a body, a path (it holds ids) or a URL with a password. A user is a fingerprint.
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from shared.core import SERVICE
from shared.core.database.session import Usage
from shared.core.errors import ApiError, status_and_code
from shared.core.fingerprint import fingerprint
from shared.core.settings import ConfigurationError

logger = Logger(service=SERVICE)
_INTERNAL_ERROR = 500
_is_cold = True


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
        "user": fingerprint(state["caller"].id) if "caller" in state else None,
        "db_round_trips": usage.round_trips,
        "db_ms": round(usage.ms, 2),
        "db_reconnected": usage.reconnected,
        **_describe(error),
    }
    fields |= _metrics(fields)
    unexpected = error if status == _INTERNAL_ERROR and not isinstance(error, ConfigurationError) else None
    write = logger.error if status == _INTERNAL_ERROR else logger.warning if status > _INTERNAL_ERROR else logger.info
    write("request", exc_info=unexpected, extra=fields)


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
    metrics = AmazonCloudWatchEMFProvider(namespace=namespace, service=SERVICE)
    metrics.add_metric("Requests", "Count", 1)
    metrics.add_metric("Latency", "Milliseconds", fields["ms"])
    metrics.add_metric("DatabaseTime", "Milliseconds", fields["db_ms"])
    metrics.add_metric("ColdStarts", "Count", int(fields["cold_start"]))
    embedded: dict[str, Any] = dict(metrics.serialize_metric_set())
    if "code" in fields:
        errors = AmazonCloudWatchEMFProvider(namespace=namespace, service=SERVICE)
        errors.add_dimension("code", fields["code"])
        errors.add_metric("Errors", "Count", 1)
        by_code: dict[str, Any] = dict(errors.serialize_metric_set())
        by_code["_aws"]["CloudWatchMetrics"] += embedded["_aws"]["CloudWatchMetrics"]
        embedded |= by_code
    return embedded
