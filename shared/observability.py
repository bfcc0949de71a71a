"""Powertools logger: one JSON line per request, never a token, a body or a URL with a password."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.database import Usage

logger = Logger(service="tasks-api")


def log_request(scope: Mapping[str, Any], *, status: int, ms: float, request_id: str) -> None:
    """The one line of a request. The route's template is logged, not the path: that holds ids."""
    session = scope["state"].get("session")
    usage = session.usage if session else Usage()
    logger.info(
        "request",
        method=scope["method"],
        route=getattr(scope.get("route"), "path", None),
        status=status,
        ms=ms,
        request_id=request_id,
        db_round_trips=usage.round_trips,
        db_ms=round(usage.ms, 2),
        db_reconnected=usage.reconnected,
    )
