"""`TOKEN=... python -m local doctor`: would the functions accept it, and if not, why, in plain words.

The verdict is the real verifier's, and so is each fault: after a refusal the failed check is forgiven and the verifier
asked again, so that one run shows them all. Never printed: the signature, and so the token.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from local.doctor.finding import Finding, bad, good, note
from local.doctor.token_evidence import Evidence, duration, moment, shown
from local.doctor.token_faults import explain
from local.doctor.token_kind import kind_of
from local.doctor.token_text import unwrap, what_it_is
from local.tokens.auth_settings import auth_settings, names_no_key
from shared.core.auth.jose import MalformedError, RefusedError, read_compact
from shared.core.auth.jwks import FixedKeySet, KeySet, SharedSecret, parse_key_set
from shared.core.auth.jwks_fetch import FetchError, fetch
from shared.core.auth.settings import SUPPORTED_ALGORITHMS, AuthSettings
from shared.core.auth.verifier import Caller, Verifier, build_verifier
from shared.core.errors import ApiError, ServiceUnavailable
from shared.core.settings import ConfigurationError

_TIMES = frozenset({"exp", "nbf", "iat"})
_FETCH_FAULTS = {
    "deadline": "it did not answer in time",
    "network": "nothing answers there: is it running, is the address right?",
    "tls": "its certificate is not one that is trusted",
    "http": "what answers does not speak HTTP",
    "size": "it is larger than 64 KiB: not a key set",
    "content": "what is there is no key set with a usable key: is the address right?",
    "status_404": "404: the address is wrong (Better Auth: /api/auth/jwks; most others: /.well-known/jwks.json)",
    "status_429": "429: it was asked too often, and will answer again in a while",
}


def examine_token(pasted: str, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Findings about a token, in the order in which things can be wrong with it."""
    text, remarks = unwrap(pasted)
    yield from map(note, remarks)
    if meaning := what_it_is(text):
        yield bad(meaning)
        return
    settings, faults = _settings(environ)
    try:
        header, claims = read_compact(text)
    except RefusedError as refusal:
        yield bad(explain(refusal.check, Evidence(text, {}, {}, settings, time.time())))
        return
    evidence = Evidence(text, header, claims, settings, time.time())
    yield from _description(evidence)
    if faults:
        yield from map(bad, faults)
        yield note("the token is not verified until the settings are right")
        return
    if names_no_key(environ):
        yield note("no AUTH_* setting names a key: held against the development secret, as `make dev` does")
    yield from _verdict(evidence)


def _settings(environ: Mapping[str, str]) -> tuple[AuthSettings, list[str]]:
    try:
        return auth_settings(environ), []
    except ConfigurationError as error:
        return AuthSettings(), error.faults


def _description(evidence: Evidence) -> Iterator[Finding]:
    header, claims = evidence.header, evidence.claims
    yield note(_members(header, "alg", "kid", "typ"))
    yield note(_members(claims, "iss", "aud", "azp", "client_id", "token_use", "sub"))
    issued, expires = claims.get("iat"), claims.get("exp")
    yield note(f"issued {moment(issued)}, expires {moment(expires)}")
    if kind := kind_of(evidence):
        yield note(f"it looks like {kind}")


def _members(values: Mapping[str, object], *names: str) -> str:
    return ", ".join(f"{name} {shown(values[name])}" for name in names if name in values) or f"no {', '.join(names)}"


def _verdict(evidence: Evidence) -> Iterator[Finding]:
    try:
        caller = build_verifier(evidence.settings).verify([f"Bearer {evidence.token}"])
    except ServiceUnavailable as error:
        fault = (error.reason or "").removeprefix("jwks ")
        why = _FETCH_FAULTS.get(fault, fault)
        yield bad(f"the key set {evidence.settings.jwks_url} cannot be had: {why}")
        return
    except ApiError as error:
        yield from _faults(evidence, _check(error))
        return
    yield good(_acceptance(caller, evidence.now))


def _acceptance(caller: Caller, now: float) -> str:
    left = caller.expires_at - now
    end = f"for {duration(left)} more" if left > 0 else "for the seconds that clocks may differ by: it has expired"
    return f"the verifier accepts it: {shown(caller.id)} is the caller, {end}"


def _faults(evidence: Evidence, first: str) -> Iterator[Finding]:
    evidence = replace(evidence, jwks=_published(evidence.settings))
    checks = [first]
    for check in failed_checks(evidence):
        checks += [] if check in checks else [check]
    for check in checks:
        yield bad(explain(check, evidence))
    yield note(f"the verifier refuses it, and its log says `{first}`")


def failed_checks(evidence: Evidence) -> list[str]:
    """The verifier's refusals of this token, each found by forgiving the one before; ends at one that cannot be."""
    failed: list[str] = []
    settings, now = evidence.settings, evidence.now
    while True:
        check = _first_failure(evidence, settings, now)
        if check is None or check in failed or (check in _TIMES and not _TIMES.isdisjoint(failed)):
            return failed
        failed.append(check)
        pardon = _PARDONS.get(check)
        pardoned = pardon(evidence, settings) if pardon else None
        if check in _TIMES:
            now = _time_at_which_it_is_valid(evidence, check)
        elif pardoned is None:
            return failed
        else:
            settings = pardoned


def _first_failure(evidence: Evidence, settings: AuthSettings, now: float) -> str | None:
    keys = _keys(settings, evidence.jwks)
    verifier = Verifier(settings, keys, clock=lambda: now, audience_claim=settings.audience_claim)
    try:
        verifier.verify([f"Bearer {evidence.token}"])
    except ApiError as error:
        return _check(error)
    return None


def _check(error: ApiError) -> str:
    """The slug at the beginning of a refusal's reason."""
    return (error.reason or "unknown").split()[0]


def _time_at_which_it_is_valid(evidence: Evidence, check: str) -> float:
    value = evidence.claims.get(check)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return evidence.now
    return float(value) - 1 if check == "exp" else float(value)


def _pardon_alg(evidence: Evidence, settings: AuthSettings) -> AuthSettings | None:
    alg = evidence.header.get("alg")
    if settings.secret is not None or alg not in SUPPORTED_ALGORITHMS:
        return None
    return settings._replace(algorithms=(*settings.algorithms, str(alg)))


def _pardon_audience(evidence: Evidence, settings: AuthSettings) -> AuthSettings:
    named = evidence.claims.get("aud")
    if named is None:
        return settings._replace(audiences=())
    names = named if isinstance(named, list) else [named]
    return settings._replace(audiences=(*settings.audiences, *(name for name in names if isinstance(name, str))))


def _pardon_client(evidence: Evidence, settings: AuthSettings) -> AuthSettings | None:
    client = evidence.claims.get("client_id")
    return settings._replace(audiences=(*settings.audiences, client)) if isinstance(client, str) else None


_PARDONS: Mapping[str, Callable[[Evidence, AuthSettings], AuthSettings | None]] = {
    "alg": _pardon_alg,
    "iss": lambda _, settings: settings._replace(issuer=None),
    "aud": _pardon_audience,
    "client_id": _pardon_client,
    "lifetime": lambda _, settings: settings._replace(max_lifetime=None),
}


def _published(settings: AuthSettings) -> str | None:
    if settings.jwks_url is None:
        return settings.jwks
    try:
        return fetch(settings.jwks_url).decode("utf-8", "replace")
    except FetchError:
        return settings.jwks


def _keys(settings: AuthSettings, jwks: str | None) -> KeySet:
    if settings.secret is not None:
        return SharedSecret(settings.secret)
    try:
        return parse_key_set((jwks or "").encode(), settings.algorithms)
    except MalformedError:
        return FixedKeySet()
