"""What it costs to verify a token: the project's verifier against a bare `jwt.decode` with the same claims checked."""

import json
from functools import partial

import jwt

from benchmarks.measure import by_turns, repeated, table
from local.tokens.keys import development_key, public_key_set
from local.tokens.mint import addressed, mint
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.auth.verifier import build_verifier
from shared.core.environment import load_settings

_TIMES = 300
_ISSUER, _AUDIENCE = "https://issuer.example.com", "tasks"
_ADDRESSED = {"AUTH_ISSUER": _ISSUER, "AUTH_AUDIENCE": _AUDIENCE}
_DATABASE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1/none"}


def report(rounds: int) -> str:
    return "\n".join([_hs256(rounds), _eddsa(rounds)])


def _hs256(rounds: int) -> str:
    token = mint("alice", claims=addressed(_ADDRESSED, with_key=False))
    verifier = build_verifier(load_settings({**_DATABASE, **_ADDRESSED, "AUTH_SECRET": DEVELOPMENT_SECRET}).auth)
    decode = partial(jwt.decode, token, DEVELOPMENT_SECRET, algorithms=["HS256"], issuer=_ISSUER, audience=_AUDIENCE)
    variants = {
        "jwt.decode": repeated(decode, times=_TIMES),
        "this project": repeated(partial(verifier.verify, [f"Bearer {token}"]), times=_TIMES),
    }
    return table(
        "Verifying a token, HS256 (processor time)", "ms", by_turns(variants, rounds=rounds), base="jwt.decode"
    )


def _eddsa(rounds: int) -> str:
    key = development_key("EdDSA")
    token = mint("alice", claims=addressed(_ADDRESSED, with_key=True), key=key)
    verifier = build_verifier(
        load_settings({**_DATABASE, **_ADDRESSED, "AUTH_JWKS": json.dumps(public_key_set())}).auth
    )
    public = key.private.public_key()
    decode = partial(jwt.decode, token, public, algorithms=["EdDSA"], issuer=_ISSUER, audience=_AUDIENCE)
    variants = {
        "jwt.decode": repeated(decode, times=_TIMES),
        "this project": repeated(partial(verifier.verify, [f"Bearer {token}"]), times=_TIMES),
    }
    return table(
        "Verifying a token, EdDSA (processor time)", "ms", by_turns(variants, rounds=rounds), base="jwt.decode"
    )
