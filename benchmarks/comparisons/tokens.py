"""What it costs to verify a token: the project's verifier against a bare `jwt.decode` with the same claims checked."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from itertools import cycle
from typing import Any

import jwt

from benchmarks.measure import by_turns, repeated
from benchmarks.report.result import Bars, Result
from local.tokens.keys import DevelopmentKey, development_key, public_key_set
from local.tokens.mint import addressed, mint
from shared.core.auth.remembered import MOST_TOKENS
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.auth.verifier import build_verifier
from shared.core.environment import load_settings

_TIMES = 300
_ISSUER, _AUDIENCE = "https://issuer.example.com", "tasks"
_ADDRESSED = {"AUTH_ISSUER": _ISSUER, "AUTH_AUDIENCE": _AUDIENCE}
_DATABASE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1/none"}


def measure(rounds: int) -> Result:
    return Result(
        name="tokens",
        title="Verifying a token",
        order=60,
        measured="Processor time for a token, beside a bare `jwt.decode` with the same issuer and audience checked.",
        rounds=rounds,
        parts=(_hs256(rounds), _eddsa(rounds)),
    )


def _hs256(rounds: int) -> Bars:
    tokens = _tokens(addressed(_ADDRESSED, with_key=False), None)
    decode = partial(
        jwt.decode, tokens[0], DEVELOPMENT_SECRET, algorithms=["HS256"], issuer=_ISSUER, audience=_AUDIENCE
    )
    return _compare("HS256", rounds, decode, {"AUTH_SECRET": DEVELOPMENT_SECRET}, tokens)


def _eddsa(rounds: int) -> Bars:
    key = development_key("EdDSA")
    tokens = _tokens(addressed(_ADDRESSED, with_key=True), key)
    public = key.private.public_key()
    decode = partial(jwt.decode, tokens[0], public, algorithms=["EdDSA"], issuer=_ISSUER, audience=_AUDIENCE)
    return _compare("EdDSA", rounds, decode, {"AUTH_JWKS": json.dumps(public_key_set())}, tokens)


def _tokens(claims: Mapping[str, Any], key: DevelopmentKey | None) -> list[str]:
    """One more than is remembered, so that each is forgotten before it has its turn again."""
    return [mint("alice", claims={**claims, "jti": str(number)}, key=key) for number in range(MOST_TOKENS + 1)]


def _compare(alg: str, rounds: int, decode: Callable[[], object], auth: Mapping[str, str], tokens: list[str]) -> Bars:
    verifier = build_verifier(load_settings({**_DATABASE, **_ADDRESSED, **auth}).auth)
    headers = cycle([[f"Bearer {token}"] for token in tokens])
    variants = {
        "jwt.decode": repeated(decode, times=_TIMES),
        "this project, a token's first time": repeated(lambda: verifier.verify(next(headers)), times=_TIMES),
        "this project, again": repeated(partial(verifier.verify, [f"Bearer {tokens[0]}"]), times=_TIMES),
    }
    return Bars(alg, "ms", by_turns(variants, rounds=rounds), base="jwt.decode")
