"""What each refusal of the verifier means to the person who holds the token, and what to do about it."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from local.doctor.token_evidence import Evidence, duration, jwks_url_of, moment, shown
from local.doctor.token_kind import is_development_token, is_id_token, is_of_development_key
from shared.core.auth.jose import MalformedError, RefusedError, check_signature, read_key_set
from shared.core.auth.settings import SUPPORTED_ALGORITHMS
from shared.core.auth.verifier import MAXIMUM_TOKEN_LENGTH

_EVERY_HS256_TWIN = ("HS256", "HS384", "HS512")


def explain(check: str, evidence: Evidence) -> str:
    """One fault in plain words; `check` is the verifier's slug."""
    explanation = EXPLANATIONS.get(check)
    return explanation(evidence) if explanation else f"the check `{check}` of the verifier fails"


def _alg(evidence: Evidence) -> str:
    alg, settings = evidence.header.get("alg"), evidence.settings
    if settings.secret is not None and alg in (*SUPPORTED_ALGORITHMS, "RS384", "RS512", "PS384", "PS512"):
        return (
            f"the token is {alg}, so signed with a key pair, and a shared secret is configured. Better Auth's secret "
            f"never signs these tokens: remove AUTH_SECRET, set {_settings_for(evidence)}"
        )
    if alg in _EVERY_HS256_TWIN and settings.secret is None:
        whose = "a development token (`make token`)" if is_development_token(evidence) else "the token"
        return f"{whose} is signed with a shared secret ({alg}), and a key set is configured: one mode per deployment"
    if isinstance(alg, str) and alg.lower() == "none":
        return "alg is none: the token is not signed, and anybody could have written it"
    return f"alg is {shown(alg)}, accepted are {', '.join(settings.algorithms)}"


def _settings_for(evidence: Evidence) -> str:
    issuer, audience = evidence.claims.get("iss"), evidence.claims.get("aud")
    keys = f"AUTH_JWKS_URL={jwks_url_of(issuer)}"
    if is_of_development_key(evidence):
        keys = 'AUTH_JWKS="$(python -m local jwks)"'
    return f"{keys}, AUTH_ISSUER={shown(issuer)} and AUTH_AUDIENCE={shown(audience)}"


def _typ(evidence: Evidence) -> str:
    return f"typ is {shown(evidence.header.get('typ'))}: a token for something else; accepted are JWT and at+jwt"


def _key(evidence: Evidence) -> str:
    kid, alg = evidence.header.get("kid"), shown(evidence.header.get("alg"))
    known, unusable = _published(evidence)
    if kid is None:
        return f"the token names no key (kid), and the key set does not have exactly one for {alg}: {known}"
    origin = evidence.settings.jwks_url or "AUTH_JWKS"
    return (
        f"the key set has no key {shown(kid)} for {alg}; it has {known}{unusable}. Is {origin} that of the token's "
        "issuer? A key that its issuer withdrew is not there either: get a new token"
    )


def _published(evidence: Evidence) -> tuple[str, str]:
    with suppress(MalformedError):
        usable, faults = read_key_set((evidence.jwks or "").encode(), evidence.settings.algorithms)
        named = ", ".join(f"{shown(key.kid)} ({'/'.join(key.algorithms)})" for key in usable) or "none that is usable"
        return named, f" ({'; '.join(faults)})" if faults else ""
    return "none that could be read", ""


def _signature(evidence: Evidence) -> str:
    secret = evidence.settings.secret
    if secret is None:
        return "the signature is wrong: changed after it was signed, or signed with another key of this name"
    if is_development_token(evidence):
        return "it is a development token (`make token`), and AUTH_SECRET is another secret: take one of your issuer"
    for text, meaning in _near_misses(secret):
        with suppress(RefusedError):
            check_signature(evidence.token, "HS256", text)
            return f"the signature is wrong for AUTH_SECRET as it stands, and right for it {meaning}"
    return "the signature is wrong: it was made with another secret than AUTH_SECRET, or the token was changed after"


def _near_misses(secret: str) -> Iterator[tuple[bytes, str]]:
    yield secret.strip().strip("\"'").encode(), "without the quotes or white space around it"
    with suppress(binascii.Error, ValueError):
        yield b64decode(secret, validate=True), "decoded from base64: the issuer decodes it; give both the same bytes"


def _iss(evidence: Evidence) -> str:
    actual, expected = evidence.claims.get("iss"), evidence.settings.issuer
    if actual is None:
        return f"iss is missing, expected {expected}: this is no token for an API of yours"
    hint = ""
    if isinstance(actual, str) and isinstance(expected, str) and actual.rstrip("/") == expected.rstrip("/"):
        hint = ": they differ in the slash at the end, and must be equal to the letter"
    return f"iss is {shown(actual)}, expected {expected}{hint}"


def _aud(evidence: Evidence) -> str:
    actual, expected = evidence.claims.get("aud"), " or ".join(evidence.settings.audiences)
    if actual is not None and not expected:
        return f"aud is {shown(actual)}, and AUTH_AUDIENCE is not set: a token that names its audience needs it"
    if actual is not None:
        hint = ": an ID token's is its client; send the access token" if is_id_token(evidence.claims) else ""
        return f"aud is {shown(actual)}, expected {expected}{hint}"
    if "client_id" in evidence.claims and "token_use" in evidence.claims:
        client = shown(evidence.claims["client_id"])
        return (
            "aud is missing, as in every access token of Amazon Cognito: set AUTH_AUDIENCE_CLAIM=client_id and "
            f"AUTH_AUDIENCE={client}"
        )
    if "azp" in evidence.claims:
        return (
            f"aud is missing, expected {expected}. Clerk's session tokens have none: add it to them in Clerk's "
            "dashboard (Sessions, Customize session token)"
        )
    return f"aud is missing, expected {expected}: without it a token may be meant for anybody"


def _client_id(evidence: Evidence) -> str:
    actual, expected = evidence.claims.get("client_id"), " or ".join(evidence.settings.audiences)
    if actual is None and is_id_token(evidence.claims):
        return "client_id is missing: this is an ID token; send the access token"
    return f"client_id is {shown(actual)}, expected {expected} (AUTH_AUDIENCE, for AUTH_AUDIENCE_CLAIM is client_id)"


def _exp(evidence: Evidence) -> str:
    expires = evidence.claims.get("exp")
    if not _is_number(expires):
        return f"exp is {shown(expires)}: a token must say, in seconds since 1970, when it ends"
    ago = duration(evidence.now - float(str(expires)))
    return f"it expired at {moment(expires)}, {ago} ago: get a new one (Better Auth's live 15 minutes; {_REFRESH})"


_REFRESH = "authClient.token() gives another"


def _early(claim: str, words: str) -> Callable[[Evidence], str]:
    def explanation(evidence: Evidence) -> str:
        value = evidence.claims.get(claim)
        if not _is_number(value):
            return f"{claim} is {shown(value)}: it must be a number, in seconds since 1970"
        ahead = duration(float(str(value)) - evidence.now)
        return f"{words} at {moment(value)}, {ahead} from now: a clock is wrong, the issuer's or this machine's"

    return explanation


def _lifetime(evidence: Evidence) -> str:
    issued, expires, allowed = evidence.claims.get("iat"), evidence.claims.get("exp"), evidence.settings.max_lifetime
    if not (_is_number(issued) and _is_number(expires)):
        return "iat is missing: AUTH_MAX_LIFETIME counts from it"
    lives = float(str(expires)) - float(str(issued))
    return f"it lives {lives:g} s, and AUTH_MAX_LIFETIME is {allowed}: the issuer's tokens live longer than you allow"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _sub(evidence: Evidence) -> str:
    if "sub" not in evidence.claims:
        return "sub is missing: nothing says whose token this is"
    return f"sub is {shown(evidence.claims['sub'])}: it must be 1 to 255 visible ASCII characters, without spaces"


def _plain(text: str) -> Callable[[Evidence], str]:
    return lambda _: text


EXPLANATIONS: Mapping[str, Callable[[Evidence], str]] = {
    "scheme": _plain("the Authorization header does not read `Bearer <token>`"),
    "length": _plain(f"it is longer than {MAXIMUM_TOKEN_LENGTH} characters: put less into the token"),
    "shape": _plain("it has characters that no JWT has, or an empty part: copy it again"),
    "base64url": _plain("a part of it is not base64url: it was cut off or altered; copy it again"),
    "json": _plain("its header or payload is not a JSON object without doubled members: altered, or not a JWT"),
    "alg": _alg,
    "typ": _typ,
    "header": _plain("its header has crit, b64, zip or enc, which change how a token is read and are refused"),
    "kid": _plain("its kid is not a string of at most 200 characters"),
    "key": _key,
    "signature": _signature,
    "iss": _iss,
    "aud": _aud,
    "client_id": _client_id,
    "token_use": lambda evidence: (
        f"token_use is {shown(evidence.claims.get('token_use'))}, expected access: send Cognito's access token"
    ),
    "exp": _exp,
    "lifetime": _lifetime,
    "nbf": _early("nbf", "it is not valid yet: nbf is"),
    "iat": _early("iat", "it was issued in the future:"),
    "sub": _sub,
}
