"""The token verifier: from the Authorization header to a `Caller`, or a refusal. Nothing else makes a `Caller`."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from shared.core.auth.jose import RefusedError, check_signature, is_kid, read_compact
from shared.core.auth.jwks import FixedKeySet, KeySet, RemoteKeySet, SharedSecret, key_set_faults, parse_key_set
from shared.core.auth.jwks_fetch import fetch
from shared.core.auth.remembered import Read, VerifiedTokens
from shared.core.auth.settings import AuthSettings
from shared.core.errors import BadRequest, MissingToken, TokenExpired, Unauthorized
from shared.core.fingerprint import fingerprint
from shared.core.settings import ConfigurationError

LEEWAY = 30  # seconds of difference between the issuer's clock and this one
LONG_PAST = 3600  # seconds after which an expired token is not worth a key look-up
MAXIMUM_TOKEN_LENGTH = 8192

_LATEST_TIME = 253402300799  # 9999-12-31T23:59:59Z
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
# Each of these changes what the signature covers or how the payload is read; none of our issuers needs one.
_REFUSED_HEADERS = frozenset({"crit", "b64", "zip", "enc"})
_BEARER = re.compile(r"bearer ([^ ]+)", re.IGNORECASE)
_SUBJECT = re.compile(r"[!-~]{1,255}")


class _ExpiredError(RefusedError):
    pass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `email` and `name` are for display: an issuer may leave them out or let users choose them."""

    id: str
    email: str | None
    name: str | None
    expires_at: float


class Verifier:
    """Checks tokens against one configuration.

    `audience_claim` names the claim that says whom a token is for. `client_id` is for Amazon Cognito, whose access
    tokens have no `aud`; there `token_use` must be `access` as well.
    """

    def __init__(
        self,
        settings: AuthSettings,
        keys: KeySet,
        *,
        clock: Callable[[], float] = time.time,
        audience_claim: str = "aud",
    ) -> None:
        self._algorithms = frozenset(settings.algorithms)
        self._issuer = settings.issuer
        self._audiences = frozenset(settings.audiences)
        self._audience_claim = audience_claim
        self._max_lifetime = settings.max_lifetime
        self._keys = keys
        self._clock = clock
        self._verified = VerifiedTokens()

    def verify(self, authorization: Sequence[str]) -> Caller:
        """The caller named by the request's Authorization headers: all of their values, as received.

        Raises:
            BadRequest: there is more than one.
            MissingToken: there is none.
            TokenExpired: refreshing the token may help.
            Unauthorized: it will not; `reason` names the failed check and the token's fingerprint.
            ServiceUnavailable: the keys are out of reach, so that nothing can be said about the token.
        """
        token = _bearer_token(authorization)
        try:
            return self._verify(token)
        except RefusedError as refusal:
            error = TokenExpired if isinstance(refusal, _ExpiredError) else Unauthorized
            raise error(reason=f"{refusal.check} token={fingerprint(token)}") from None

    def _verify(self, token: str) -> Caller:
        if len(token) > MAXIMUM_TOKEN_LENGTH:
            raise RefusedError("length")
        known = self._verified.get(token)
        header, claims = (known.header, known.claims) if known else read_compact(token)
        alg, kid = self._read_header(header)
        now = self._clock()
        self._refuse_cheaply(claims, now)
        key = self._keys.find(kid, alg)
        if key is None:
            raise RefusedError("key")
        if known is None or known.key is not key:
            check_signature(token, alg, key)
        caller = self._caller(claims, now)
        self._verified.add(token, Read(header, claims, key))
        return caller

    def _read_header(self, header: Mapping[str, Any]) -> tuple[str, str | None]:
        alg, kid, typ = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
        if not isinstance(alg, str) or alg not in self._algorithms:
            raise RefusedError("alg")
        if not isinstance(typ, str) or typ.lower() not in _TYPES:
            raise RefusedError("typ")
        if not _REFUSED_HEADERS.isdisjoint(header):
            raise RefusedError("header")
        if "kid" in header and not is_kid(kid):
            raise RefusedError("kid")
        return alg, kid

    def _refuse_cheaply(self, claims: Mapping[str, Any], now: float) -> None:
        """Judge by claims that nobody has vouched for yet: enough to say no, so that junk costs no key look-up.

        A long-expired token is called expired although its signature was not checked. Its key may well be gone from
        the set, and its owner has to hear TOKEN_EXPIRED to refresh it; a forger learns nothing from it.
        """
        if self._issuer is not None and claims.get("iss") != self._issuer:
            raise RefusedError("iss")
        if _time(claims, "exp") + LONG_PAST <= now:
            raise _ExpiredError("exp")

    def _caller(self, claims: Mapping[str, Any], now: float) -> Caller:
        subject = claims.get("sub")
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            raise RefusedError("sub")
        self._check_audience(claims)
        expires_at = _check_times(claims, now, self._max_lifetime)
        return Caller(subject, _text(claims, "email", 320), _text(claims, "name", 200), expires_at)

    def _check_audience(self, claims: Mapping[str, Any]) -> None:
        # RFC 7519, 4.1.3: a token that names its audience is for nobody else, also where none is configured.
        must_name_us = "aud" in claims or (self._audience_claim == "aud" and bool(self._audiences))
        if must_name_us and not self._is_for_us(claims):
            raise RefusedError("aud")
        if self._audience_claim == "client_id":
            self._check_cognito(claims)

    def _is_for_us(self, claims: Mapping[str, Any]) -> bool:
        named = claims.get("aud")
        names = named if isinstance(named, list) else [named]
        return all(isinstance(name, str) for name in names) and not self._audiences.isdisjoint(names)

    def _check_cognito(self, claims: Mapping[str, Any]) -> None:
        client = claims.get("client_id")
        if not isinstance(client, str) or client not in self._audiences:
            raise RefusedError("client_id")
        if claims.get("token_use") != "access":
            raise RefusedError("token_use")


def build_verifier(settings: AuthSettings) -> Verifier:
    return Verifier(settings, _key_set(settings), audience_claim=settings.audience_claim)


def _key_set(settings: AuthSettings) -> KeySet:
    if settings.secret is not None:
        return SharedSecret(settings.secret)
    inline = _inline_keys(settings)
    if settings.jwks_url is None:
        return inline
    return RemoteKeySet(partial(fetch, settings.jwks_url), settings.algorithms, inline)


def _inline_keys(settings: AuthSettings) -> FixedKeySet:
    if settings.jwks is None:
        return FixedKeySet()
    faults = key_set_faults(settings.jwks, settings.algorithms)
    if faults:
        raise ConfigurationError(faults)
    return parse_key_set(settings.jwks.encode(), settings.algorithms)


def _bearer_token(authorization: Sequence[str]) -> str:
    if not authorization:
        raise MissingToken(reason="no Authorization header")
    # API Gateway joins the values of a header that was sent twice with a comma; no bearer token holds one.
    if len(authorization) > 1 or "," in authorization[0]:
        raise BadRequest("There must be one Authorization header.", reason="two Authorization headers")
    match = _BEARER.fullmatch(authorization[0])
    if match is None:
        raise Unauthorized(reason="scheme")
    return match[1]


def _check_times(claims: Mapping[str, Any], now: float, max_lifetime: int | None) -> float:
    """Check nbf, iat and exp, in this order: a token that is expired and nothing worse has to be told so."""
    for claim in ("nbf", "iat"):
        if claim in claims and _time(claims, claim) - LEEWAY > now:
            raise RefusedError(claim)
    expires_at = _time(claims, "exp")
    if max_lifetime is not None and ("iat" not in claims or expires_at - _time(claims, "iat") > max_lifetime):
        raise RefusedError("lifetime")
    if expires_at + LEEWAY <= now:
        raise _ExpiredError("exp")
    return expires_at


def _time(claims: Mapping[str, Any], claim: str) -> float:
    value = claims.get(claim)
    # True is an int to Python. The range keeps out infinity, and integers that no float holds.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LATEST_TIME:
        raise RefusedError(claim)
    return float(value)


def _text(claims: Mapping[str, Any], claim: str, maximum: int) -> str | None:
    value = claims.get(claim)
    if not isinstance(value, str) or len(value) > maximum or not _is_storable(value):
        return None
    return value


def _is_storable(value: str) -> bool:
    """Whether PostgreSQL's text holds it: no NUL, no half of a surrogate pair."""
    return "\x00" not in value and (value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value))
