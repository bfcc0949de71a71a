"""A token that can be read, and what it is held against. Nothing in it has been verified."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.core.auth.settings import AuthSettings

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Evidence:
    token: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    settings: AuthSettings
    now: float
    jwks: str | None = None
    """The key set as its issuer publishes it, when there is one and it could be had."""


def shown(value: object) -> str:
    """A value that a stranger chose, fit for a terminal: on one line, in ASCII, not too long."""
    is_plain = isinstance(value, str) and value.isascii() and value.isprintable() and value and " " not in value
    text = str(value) if is_plain else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def moment(value: object) -> str:
    """A NumericDate as people write it."""
    try:
        return f"{datetime.fromtimestamp(float(value), UTC):%Y-%m-%d %H:%M:%S} UTC"  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return shown(value)


def duration(seconds: float) -> str:
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}s"
    return f"{seconds:.0f} s"


def jwks_url_of(issuer: object) -> str:
    """Where an issuer most likely publishes its keys."""
    if not isinstance(issuer, str) or not issuer.startswith(("https://", "http://")):
        return "the address of your issuer's key set"
    base = issuer.rstrip("/")
    if ".neonauth." in base:
        return f"{base}/neondb/auth/.well-known/jwks.json"
    if any(known in base for known in ("cognito-idp.", ".auth0.com", "clerk.")):
        return f"{base}/.well-known/jwks.json"
    return f"{base}/api/auth/jwks"
