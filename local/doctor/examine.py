"""`python -m local doctor`: says in plain words what is wrong, and exits with 1 where something is."""

import os
import sys
from collections.abc import Iterator, Mapping

from local.doctor.database import examine_database
from local.doctor.finding import Finding, Health, bad, good, note
from local.doctor.login import login_of_purge
from local.doctor.token import examine_token
from local.postgres import developer
from local.tokens.auth_settings import auth_settings, names_no_key
from shared.core.errors import ServiceUnavailable
from shared.core.secrets import with_secrets
from shared.core.settings import ConfigurationError

FROM_STANDARD_INPUT = "-"
FUNCTIONS_URL, PURGE_URL = "FUNCTIONS_DATABASE_URL", "PURGE_DATABASE_URL"


def examine(environ: Mapping[str, str] | None = None, token: str | None = None) -> int:
    """Print the findings about a token, or else about the settings and the database; 0 when all is well.

    A token given as `-` is read from standard input.
    """
    env = os.environ if environ is None else environ
    if token == FROM_STANDARD_INPUT:
        token = sys.stdin.read()
    faults = 0
    for finding in _of_this_clone(env) if not token else examine_token(token, env):
        print(finding, flush=True)
        faults += finding.health is Health.BAD
    print(f"\n{faults} thing{'s' if faults != 1 else ''} to mend" if faults else "\nall is well")
    return 1 if faults else 0


def _of_this_clone(env: Mapping[str, str]) -> Iterator[Finding]:
    yield from _of_auth(env)
    owner, sslmode = env.get("DATABASE_URL", "").strip(), env.get("DATABASE_SSLMODE") or None
    if _is_given(env, FUNCTIONS_URL):
        yield note(f"what follows is about {FUNCTIONS_URL}, which the functions connect with")
        try:
            yield from examine_database(_url(env, FUNCTIONS_URL), sslmode, owner_url=owner)
        except ServiceUnavailable as error:
            yield note(f"not looked at: {error.reason}")
    elif owner or not developer.EMBEDDED_HOME.is_dir():
        yield from examine_database(owner, sslmode)
    else:
        yield from _of_the_embedded_database(env)
    if _is_given(env, PURGE_URL):
        try:
            yield from login_of_purge(_url(env, PURGE_URL), sslmode)
        except ServiceUnavailable as error:
            yield note(f"not looked at: {error.reason}")


def _is_given(env: Mapping[str, str], setting: str) -> bool:
    return any(env.get(name, "").strip() for name in (setting, f"{setting}_ARN"))


def _url(env: Mapping[str, str], setting: str) -> str:
    """What it says, or what the secret holds that it names.

    Raises:
        ServiceUnavailable: the secret cannot be read from here.
    """
    return env.get(setting, "").strip() or with_secrets(env, names=[setting])[setting].strip()


def _of_the_embedded_database(env: Mapping[str, str]) -> Iterator[Finding]:
    yield note("DATABASE_URL is not set: what follows is about the embedded database, which make dev serves from")
    with developer.developer_database(env, shared=True) as url:
        yield from examine_database(url)


def _of_auth(env: Mapping[str, str]) -> Iterator[Finding]:
    try:
        settings = auth_settings(env)
    except ConfigurationError as error:
        yield from map(bad, error.faults)
        return
    if names_no_key(env):
        yield note("no AUTH_* setting names a key: `make dev` takes the development secret, AWS would serve nothing")
    elif settings.secret is not None:
        yield good("tokens: a shared secret (HS256)")
    else:
        yield good(f"tokens: the key set {settings.jwks_url or 'in AUTH_JWKS'}, of {settings.issuer}")
