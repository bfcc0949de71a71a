"""`make token` and `make jwks`."""

import argparse
import json
import os

from local.commands import Commands
from shared.core.auth.settings import SUPPORTED_ALGORITHMS


def add(commands: Commands) -> None:
    token = commands.add("token", _token, summary="print a development token", example="alice --lifetime 60")
    token.add_argument("user", help="the subject")
    token.add_argument("--lifetime", type=int, metavar="SECONDS", help="12 hours when left out; negative: expired")
    token.add_argument(
        "--claim",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="add or replace one (JSON, or text); null leaves it out; may be repeated",
    )
    token.add_argument(
        "--algorithm",
        default="HS256",
        choices=("HS256", *SUPPORTED_ALGORITHMS),
        help="HS256 signs with the development secret, the others with a key pair of this clone",
    )
    commands.add("jwks", _jwks, summary="print the public keys of those tokens, for AUTH_JWKS", example="")


def _token(options: argparse.Namespace) -> int:
    from local.tokens.keys import development_key
    from local.tokens.mint import addressed, mint, read_claims, usual_lifetime

    key = None if options.algorithm == "HS256" else development_key(options.algorithm)
    claims = addressed(os.environ, with_key=key is not None) | read_claims(options.claim)
    lifetime_s = usual_lifetime(os.environ) if options.lifetime is None else options.lifetime
    print(mint(options.user, lifetime_s=lifetime_s, claims=claims, key=key))
    return 0


def _jwks(_: argparse.Namespace) -> int:
    from local.tokens.keys import public_key_set

    print(json.dumps(public_key_set(), separators=(",", ":")))
    return 0
