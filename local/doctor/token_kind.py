"""Which issuer's token this is, and for what, as far as header and claims give it away."""

from collections.abc import Mapping
from contextlib import suppress

from local.doctor.token_evidence import Evidence
from local.doctor.token_text import CALL_TOKEN
from shared.core.auth.jose import RefusedError, check_signature
from shared.core.auth.settings import DEVELOPMENT_SECRET

DEVELOPMENT_KEY_PREFIX = "development-"
_OF_A_MAIL = frozenset({"email", "updateTo", "requestType", "iat", "exp"})
_OF_AN_ID_TOKEN = frozenset({"nonce", "at_hash", "c_hash"})


def kind_of(evidence: Evidence) -> str | None:
    header, claims = evidence.header, evidence.claims
    if is_development_token(evidence):
        return "a development token, as `make token` makes them: a deployed function refuses it"
    return _of_better_auth(header, claims) or _of_oidc(header, claims) or _of_this_project(evidence)


def is_development_token(evidence: Evidence) -> bool:
    if evidence.header.get("alg") == "HS256":
        with suppress(RefusedError):
            check_signature(evidence.token, "HS256", DEVELOPMENT_SECRET.encode())
            return True
    return False


def is_of_development_key(evidence: Evidence) -> bool:
    return str(evidence.header.get("kid", "")).startswith(DEVELOPMENT_KEY_PREFIX)


def _of_this_project(evidence: Evidence) -> str | None:
    if is_of_development_key(evidence):
        return "a development token, signed with a key of this or another clone (`python -m local jwks`)"
    return None


def is_id_token(claims: Mapping[str, object]) -> bool:
    return claims.get("token_use") == "id" or not _OF_AN_ID_TOKEN.isdisjoint(claims)


def _of_better_auth(header: Mapping[str, object], claims: Mapping[str, object]) -> str | None:
    if header.get("typ") == "better-auth.session-cache+jwt" or {"session", "user"} <= claims.keys():
        return f"Better Auth's session cache (a cookie that is a JWT), which is for Better Auth alone: {CALL_TOKEN}"
    if "email" in claims and claims.keys() <= _OF_A_MAIL:
        return f"the token of a mail by Better Auth (verification of an address), which signs nobody in: {CALL_TOKEN}"
    if "id" in claims and claims["id"] == claims.get("sub") and "emailVerified" in claims:
        return "a JWT of Better Auth (or Neon Auth): the right kind"
    return None


def _of_oidc(header: Mapping[str, object], claims: Mapping[str, object]) -> str | None:
    if is_id_token(claims):
        return "an ID token, which tells a client who signed in: an API wants the access token"
    if claims.get("token_use") == "access" and "client_id" in claims:
        return "an access token of Amazon Cognito"
    if "sid" in claims and str(claims.get("sub", "")).startswith("user_"):
        return "a session token of Clerk"
    return "an access token (RFC 9068)" if "at+jwt" in str(header.get("typ", "")).lower() else None
