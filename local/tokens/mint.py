"""Development tokens: HS256 with the public development secret, which AWS refuses, or signed with a key pair."""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from jwt.algorithms import OKPAlgorithm
from jwt.api_jws import PyJWS

from local.tokens.keys import DevelopmentKey
from shared.core.auth.settings import DEVELOPMENT_SECRET

DEFAULT_LIFETIME_S = 12 * 3600
# Of tokens that a key pair signs, where AUTH_ISSUER and AUTH_AUDIENCE do not say otherwise.
DEFAULT_ISSUER = "http://localhost:3000"

_SIGNER = PyJWS()
_SIGNER.register_algorithm("Ed25519", OKPAlgorithm())


class ClaimError(Exception):
    """A claim cannot be read; the text is for the developer."""


def mint(
    user: str,
    *,
    lifetime_s: int = DEFAULT_LIFETIME_S,
    claims: Mapping[str, Any] | None = None,
    key: DevelopmentKey | None = None,
) -> str:
    """A token of `user`, HS256 without a key. `claims` are added and win over those made here; None leaves one out.

    Signed below PyJWT's `encode`, which refuses ill-typed claims: whoever tests a client may want them.
    """
    now = int(time.time())
    payload = {
        "sub": user,
        "email": f"{user}@example.com",
        "name": user.title(),
        "iat": now,
        "exp": now + lifetime_s,
        **(claims or {}),
    }
    chosen = json.dumps({name: value for name, value in payload.items() if value is not None}, separators=(",", ":"))
    if key is None:
        return _SIGNER.encode(chosen.encode(), DEVELOPMENT_SECRET, "HS256")
    return _SIGNER.encode(chosen.encode(), key.private, key.algorithm, headers={"kid": key.kid})


def usual_lifetime(environ: Mapping[str, str]) -> int:
    """Twelve hours, or as long as the settings allow."""
    allowed = environ.get("AUTH_MAX_LIFETIME", "")
    return min(DEFAULT_LIFETIME_S, int(allowed)) if allowed.isdecimal() else DEFAULT_LIFETIME_S


def addressed(environ: Mapping[str, str], *, with_key: bool) -> dict[str, Any]:
    """Issuer and audience that the settings ask for; a key set always asks for both."""
    issuer, audience = environ.get("AUTH_ISSUER"), environ.get("AUTH_AUDIENCE", "").partition(",")[0].strip()
    default = DEFAULT_ISSUER if with_key else None
    claims: dict[str, Any] = {"iss": issuer or default}
    if environ.get("AUTH_AUDIENCE_CLAIM") == "client_id":
        return claims | {"client_id": audience or default, "token_use": "access"}
    return claims | {"aud": audience or default}


def read_claims(assignments: Iterable[str]) -> dict[str, Any]:
    """Claims written as `name=value`: a value that is JSON is taken as that, any other as text.

    Raises:
        ClaimError: there is no name or no equals sign.
    """
    claims = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not name or not equals:
            raise ClaimError(
                f'{assignment!r} is not a claim: write name=value, such as role=admin or \'aud=["a","b"]\''
            )
        try:
            claims[name] = json.loads(value)
        except ValueError:
            claims[name] = value
    return claims
