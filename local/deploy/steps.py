"""`make deploy CONFIG=prod`: build, migrate, deploy and test one deployment; what fails ends it."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jwt

from local import ROOT
from local.build.built import Built, built
from local.build.routes import call_by_role
from local.build.stamp import stamp
from local.deploy.declared import parameter_faults
from local.deploy.former import FORMER, keep_former
from local.deploy.logins import examine_logins, login_faults, require_logins
from local.deploy.parameters import Deployment, read_deployment
from local.deploy.sam import Sam
from local.deploy.settings import settings_faults
from local.postgres.developer import finish_alembic, start_alembic
from local.smoke.run import require_living, smoke, smoke_without_token
from local.template import load_document
from shared.core.database.settings import load_database_settings
from shared.core.settings import ConfigurationError

_BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"
_TOKEN_SECONDS = 600


class DeployError(Exception):
    """A step failed; the text says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is deployed. `migrated`: it was, by whoever has the owner's DATABASE_URL, which is not asked for.

    `confirmed`: the change was approved elsewhere, and nobody is at a terminal. `rolls_back`: what fails its smoke test
    makes way for what was deployed before.
    """

    dry_run: bool = False
    migrated: bool = False
    confirmed: bool = False
    rolls_back: bool = False
    stack: str = ""


_AS_IT_IS = Manner()


def deploy(config: str, environ: Mapping[str, str], manner: Manner = _AS_IT_IS) -> int:
    """Run all steps; returns 1 if the deployment does not pass its smoke test.

    Raises:
        DeployError, SamError, LoginsError, ParametersError, TemplateError, MigrationError, ConfigurationError,
            FormerError, SmokeError: a step could not be done, and none after it was.
    """
    deployment = read_deployment(ROOT / "samconfig.toml", config, environ)
    deployment = replace(deployment, stack=manner.stack or deployment.stack)
    database_url = "" if manner.migrated else _database_url(environ)
    require_logins(deployment)
    _require_no_faults(deployment, database_url)
    if environ.get("TOKEN"):
        require_living(environ["TOKEN"])
    if manner.dry_run:
        _print_plan(deployment, environ, manner)
        return 0
    _announce("logins", "of the functions and of the purge")
    for line in examine_logins(deployment):
        print(line)
    sam = Sam(ROOT, deployment, {**environ, "ARCH": deployment.arch})
    made = built()
    _announce("build", f"for {deployment.arch}, of {made}")
    sam.build()
    if database_url:
        _announce("migrate", "the database")
        print(finish_alembic(start_alembic(database_url, environ, "upgrade", "head")))
    _announce("stamp", "the built template")
    stamp(_BUILT, deployment.parameters)
    _announce("routes", "of the built template")
    call_by_role(_BUILT)
    former = keep_former(deployment, ROOT / FORMER) if manner.rolls_back else None
    _announce("deploy", f"{deployment.stack}: {' '.join(deployment.readable())}")
    sam.deploy(confirmed=manner.confirmed)
    url, passed = "", False
    try:
        url = sam.api_url()
        _announce("smoke", url)
        passed = _smoke(url, deployment, environ, made) == 0
    finally:  # what could not be tested has not passed either
        if former and not passed:
            _announce("roll back", f"{deployment.stack}, to what was deployed before; the schema stays as it is")
            sam.deploy_again(former)
    if passed:
        _hand_on(url, environ)
    elif former:
        _announce("smoke", url)
        _smoke(url, deployment, environ)
    return 0 if passed else 1


def _hand_on(url: str, environ: Mapping[str, str]) -> None:
    """To the steps of a workflow that come after this one."""
    if output := environ.get("GITHUB_OUTPUT"):
        with Path(output).open("a") as file:
            file.write(f"url={url}\n")


def _database_url(environ: Mapping[str, str]) -> str:
    """What the migration connects to: the direct host of it, as everywhere where migrations run."""
    if not environ.get("DATABASE_URL"):
        raise DeployError("DATABASE_URL is missing: the migration needs that of the database's owner")
    return load_database_settings({"DATABASE_URL": environ["DATABASE_URL"]}).url


def _require_no_faults(deployment: Deployment, database_url: str) -> None:
    """All that can be known without asking anybody.

    Raises:
        ConfigurationError: with every fault, one line each.
    """
    document = load_document(ROOT / "template.yaml")
    faults = list(parameter_faults(deployment.parameters, document["Parameters"]))
    if not faults:  # they would be said again, of the settings
        faults = [*settings_faults(deployment.parameters, document), *login_faults(deployment, database_url)]
    if faults:
        raise ConfigurationError(faults)


def _smoke(url: str, deployment: Deployment, environ: Mapping[str, str], made: Built | None = None) -> int:
    if given := environ.get("TOKEN"):
        return smoke(url, given, environ, expected=made)
    if minted := _token(deployment):
        return smoke(url, minted, environ, owns_user=True, expected=made)
    print("TOKEN is missing, so only what needs none is tried: with TOKEN set, make smoke URL=... does the rest")
    return smoke_without_token(url, expected=made)


def _token(deployment: Deployment) -> str:
    """One of a user of its own, where the deployment's tokens are signed with a secret that is known here."""
    secret = deployment.parameters.get("AuthSecret")
    if not secret:
        return ""
    allowed = int(deployment.parameters.get("AuthMaxLifetime") or _TOKEN_SECONDS)
    now, lifetime = int(time.time()), min(_TOKEN_SECONDS, allowed)
    claims: dict[str, Any] = {"sub": f"smoke-{secrets.token_hex(4)}", "iat": now, "exp": now + lifetime}
    audience = deployment.parameters.get("AuthAudience", "").partition(",")[0].strip()
    claims |= {"iss": deployment.parameters.get("AuthIssuer"), "aud": audience}
    return jwt.encode({name: value for name, value in claims.items() if value}, secret, algorithm="HS256")


def _announce(step: str, what: str) -> None:
    print(f"\n== {step} {what}", flush=True)


def _print_plan(deployment: Deployment, environ: Mapping[str, str], manner: Manner) -> None:
    token = (
        "the token of TOKEN" if environ.get("TOKEN") else "a token that is minted" if _token(deployment) else "no token"
    )
    for step, what in (
        ("logins", "of the functions and of the purge: what they may, as far as it can be seen from here"),
        ("build", f"for {deployment.arch}"),
        ("migrate", "the database of DATABASE_URL, by its direct host"),
        ("stamp", "the built template with a mark of the parameters"),
        ("routes", "of the built template, as calls by one role"),
        ("deploy", f"{deployment.stack}: {' '.join(deployment.readable())}"),
        ("smoke", f"test of its ApiUrl, with {token}"),
    ):
        if step != "migrate" or not manner.migrated:
            print(f"{step} {what}")
