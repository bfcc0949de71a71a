"""`TOKEN=... make smoke URL=...`: the core of the contract, against any deployment, and nothing left behind.

It works on tasks of the token's user that it makes itself and deletes in the end, whatever has failed. Where it mints
the token, which it does for a gateway on this machine, the user is new and is deleted as well.
"""

import base64
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from local.build.built import Built
from local.smoke.checks import SmokeTest
from local.tokens.mint import addressed, mint, usual_lifetime

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SECONDS = 30


class SmokeError(Exception):
    """The test cannot be run; the text is for whoever runs it."""


def smoke(
    url: str, token: str, environ: Mapping[str, str], *, owns_user: bool = False, expected: Built | None = None
) -> int:
    """Check a deployment, a line for each check; returns 1 if one fails.

    `owns_user`: the user is deleted as well. `expected`: what must answer.

    Raises:
        SmokeError: there is no address, or no token for it.
    """
    base, minted = base_address(url), not token
    if minted:
        if urlsplit(base).hostname not in _LOOPBACK:
            raise SmokeError("TOKEN is missing: for a deployment, take one from your issuer")
        token = mint(
            f"smoke-{secrets.token_hex(4)}",
            lifetime_s=usual_lifetime(environ),
            claims=addressed(environ, with_key=False),
        )
    with httpx.Client(base_url=base, timeout=_SECONDS) as client:
        owns_user = owns_user or minted
        return SmokeTest(client, token, subject_of(token), owns_user=owns_user, expected=expected).run()


def smoke_without_token(url: str, *, expected: Built | None = None) -> int:
    """Only what anybody may ask, for a deployment whose tokens cannot be had."""
    with httpx.Client(base_url=base_address(url), timeout=_SECONDS) as client:
        return SmokeTest(client, expected=expected).run()


def base_address(url: str) -> str:
    """The address without a path of the API's own.

    Raises:
        SmokeError: it is none, or a token would travel to it in the clear.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SmokeError(
            "URL must be the base address of the API, such as URL=https://abc.execute-api... (see ApiUrl), "
            "or URL=http://127.0.0.1:3000 for make dev"
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise SmokeError("URL must be https: over http, anybody on the way could read the token")
    return url.strip().rstrip("/").removesuffix("/api")


def subject_of(token: str) -> str:
    """The user that a token names; whether it may is for the deployment to say.

    Raises:
        SmokeError: it is no JWT.
    """
    return str(_claims(token)["sub"])


def require_living(token: str) -> None:
    """Before anything is changed that is to be tested with it.

    Raises:
        SmokeError: it is no JWT, or its time is over.
    """
    end = _claims(token).get("exp")
    if not isinstance(end, int | float) or end <= time.time():
        raise SmokeError("TOKEN has expired, or never does: take a new one from your issuer")


def _claims(token: str) -> dict[str, Any]:
    """With a subject among them; whether they are true is not looked at."""
    try:
        payload = token.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return {**claims, "sub": claims["sub"]}
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise SmokeError("TOKEN is not a JWT with a subject; make doctor says more") from error
