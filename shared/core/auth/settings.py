"""The AUTH_* settings: what tokens are verified with, refusing what is unsafe to serve with."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from shared.core.settings import comma_list, runs_in_lambda, without_faults

# Public on purpose: local tokens and the events under events/ are signed with it. A deployed function refuses it.
DEVELOPMENT_SECRET = "local-development-secret-that-a-deployed-function-refuses"
SUPPORTED_ALGORITHMS = ("EdDSA", "Ed25519", "ES256", "ES384", "ES512", "RS256", "PS256")
# Where a token says whom it is for. Cognito's access tokens have no `aud`; their `client_id` says it.
AUDIENCE_CLAIMS = ("aud", "client_id")
MINIMUM_SECRET_BYTES = 32

_SECONDS = re.compile(r"[1-9][0-9]{0,7}")
_KEY_BEGINNINGS = ("-----BEGIN", "ssh-", "ecdsa-", "{")
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class AuthSettings(NamedTuple):
    """One mode per deployment: a shared `secret` (HS256), or a key set from `jwks` (JSON text) and/or `jwks_url`."""

    secret: str | None = None
    jwks: str | None = None
    jwks_url: str | None = None
    issuer: str | None = None
    audiences: tuple[str, ...] = ()
    algorithms: tuple[str, ...] = ("HS256",)
    audience_claim: str = "aud"
    max_lifetime: int | None = None
    """Seconds between a token's `iat` and `exp`; None leaves that to the issuer."""


def load_auth_settings(environ: Mapping[str, str] | None = None) -> AuthSettings:
    """Only what verifying takes.

    Raises:
        ConfigurationError: with every fault found, one line each.
    """
    return without_faults(read_auth_settings, environ)


def read_auth_settings(env: Mapping[str, str], faults: list[str]) -> AuthSettings:
    """Add to `faults` a line for each fault; with none, what is given can be served with."""
    secret = env.get("AUTH_SECRET") or None
    jwks, jwks_url = env.get("AUTH_JWKS") or None, env.get("AUTH_JWKS_URL") or None
    issuer = env.get("AUTH_ISSUER") or None
    audiences = comma_list(env.get("AUTH_AUDIENCE", ""))
    if secret is None and jwks is None and jwks_url is None:
        faults.append("no key to verify tokens with: set AUTH_JWKS_URL or AUTH_JWKS, or AUTH_SECRET (HS256)")
        return AuthSettings()
    if secret is not None and (jwks is not None or jwks_url is not None):
        faults.append("AUTH_SECRET and AUTH_JWKS/AUTH_JWKS_URL are both set: one mode per deployment, remove one")
    if secret is not None:
        faults.extend(_secret_faults(secret, deployed=runs_in_lambda(env)))
        algorithms: tuple[str, ...] = ("HS256",)
        if (env.get("AUTH_ALGORITHMS") or "HS256") != "HS256":
            faults.append("AUTH_ALGORITHMS goes with a key set; a shared secret means HS256")
    else:
        algorithms = comma_list(env.get("AUTH_ALGORITHMS", "")) or SUPPORTED_ALGORITHMS
        faults.extend(_key_set_faults(jwks_url, issuer, audiences, algorithms))
        faults.extend(_inline_key_set_faults(jwks, algorithms))
    audience_claim = env.get("AUTH_AUDIENCE_CLAIM") or AUDIENCE_CLAIMS[0]
    if audience_claim not in AUDIENCE_CLAIMS:
        faults.append(f"AUTH_AUDIENCE_CLAIM must be one of {', '.join(AUDIENCE_CLAIMS)}")
    elif audience_claim != AUDIENCE_CLAIMS[0] and not audiences:
        faults.append(f"AUTH_AUDIENCE_CLAIM={audience_claim} needs AUTH_AUDIENCE: the client ids to accept")
    max_lifetime = env.get("AUTH_MAX_LIFETIME") or None
    if max_lifetime is not None and not _SECONDS.fullmatch(max_lifetime):
        faults.append("AUTH_MAX_LIFETIME must be a whole number of seconds, from 1 to 99999999")
        max_lifetime = None
    longest = None if max_lifetime is None else int(max_lifetime)
    return AuthSettings(secret, jwks, jwks_url, issuer, audiences, algorithms, audience_claim, longest)


def _secret_faults(secret: str, *, deployed: bool) -> list[str]:
    length = len(secret.encode("utf-8", "surrogateescape"))
    if length < MINIMUM_SECRET_BYTES:
        return [f"AUTH_SECRET has {length} bytes, at least {MINIMUM_SECRET_BYTES} are needed: openssl rand -base64 48"]
    if secret.lstrip().startswith(_KEY_BEGINNINGS):
        return ["AUTH_SECRET is a key of a key pair, not a shared secret: a public key goes into AUTH_JWKS"]
    if secret.rstrip("\0") == DEVELOPMENT_SECRET:  # HMAC pads a key with zeros
        return ["AUTH_SECRET is the public development secret: it is refused in AWS"] if deployed else []
    from shared.core.auth.secret_strength import is_guessable  # noqa: PLC0415  # of no use to a key set

    if is_guessable(secret):
        return ["AUTH_SECRET can be guessed: published, repetitive or in words; openssl rand -base64 48 makes one"]
    return []


def _key_set_faults(
    jwks_url: str | None, issuer: str | None, audiences: tuple[str, ...], algorithms: tuple[str, ...]
) -> list[str]:
    faults = [
        f"{name} is not set: a key set also signs tokens meant for others, so the {claim} must be checked"
        for name, claim, value in (("AUTH_ISSUER", "issuer", issuer), ("AUTH_AUDIENCE", "audience", audiences))
        if not value
    ]
    unknown = [name for name in algorithms if name not in SUPPORTED_ALGORITHMS]
    if unknown:
        faults.append(f"AUTH_ALGORITHMS names {', '.join(unknown)}; known are {', '.join(SUPPORTED_ALGORITHMS)}")
    if jwks_url is not None:
        try:
            url = urlsplit(jwks_url)
            host = url.hostname
        except ValueError:
            return [*faults, "AUTH_JWKS_URL is not a URL"]
        if url.scheme != "https" and not (url.scheme == "http" and host in _LOOPBACK_HOSTS):
            faults.append("AUTH_JWKS_URL must be https (http is for loopback only): who can change it can sign tokens")
        elif not host:
            faults.append("AUTH_JWKS_URL names no host")
    return faults


def _inline_key_set_faults(jwks: str | None, algorithms: tuple[str, ...]) -> list[str]:
    if jwks is None:
        return []
    from shared.core.auth.jwks import key_set_faults  # noqa: PLC0415  # brings PyJWT, which the other modes load later

    return key_set_faults(jwks, algorithms)
