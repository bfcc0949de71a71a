"""Where the tokens come from that `make dev` takes, for whoever has none."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from local.tokens.auth_settings import names_no_key
from shared.core.auth.settings import DEVELOPMENT_SECRET

# What a token is judged by, its keys aside where they are given as text: they are long, or secret.
JUDGED_BY = (
    "AUTH_JWKS_URL",
    "AUTH_ISSUER",
    "AUTH_AUDIENCE",
    "AUTH_AUDIENCE_CLAIM",
    "AUTH_ALGORITHMS",
    "AUTH_MAX_LIFETIME",
)
_BETTER_AUTH = "/api/auth/jwks"


@dataclass(frozen=True, slots=True)
class TokenSource:
    """`words` follow "a token: "; `doctor` is the command that judges one by the settings that are served with.

    `commands` leave one in $TOKEN, where the issuer is known to have them.
    """

    words: str = "make -s token USER=alice"
    doctor: str = "make doctor TOKEN=-"
    commands: tuple[str, ...] = ()


DEVELOPMENT = TokenSource()


def token_source(environ: Mapping[str, str]) -> TokenSource:
    """Of these AUTH_* settings."""
    if names_no_key(environ) or environ.get("AUTH_SECRET") == DEVELOPMENT_SECRET:
        return DEVELOPMENT
    settings = [f"{name}={shlex.quote(environ[name])}" for name in JUDGED_BY if environ.get(name)]
    doctor = " ".join([*settings, DEVELOPMENT.doctor])
    keys = environ.get("AUTH_JWKS_URL", "")
    if keys.endswith(_BETTER_AUTH):
        words = "of Better Auth, by the two commands that were printed at the start"
        return TokenSource(words, doctor, _of_better_auth(keys.removesuffix("/jwks")))
    return TokenSource(f"of your issuer, {environ.get('AUTH_ISSUER') or 'which signs with AUTH_SECRET'}", doctor)


def _of_better_auth(address: str) -> tuple[str, ...]:
    signed_in = """-H 'Content-Type: application/json' -d '{"email": "...", "password": "..."}'"""
    token = """sed -E 's/.*"token":"([^"]+)".*/\\1/'"""
    return (
        f"curl -s -c .local/cookies {address}/sign-in/email {signed_in}",
        f"TOKEN=$(curl -s -b .local/cookies {address}/token | {token})",
    )
