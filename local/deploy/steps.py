"""`make deploy CONFIG=prod`: build, migrate, deploy and test one deployment; what fails ends it."""

import json
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt

from local import ROOT
from local.build.routes import call_by_role
from local.build.stamp import stamp
from local.deploy.declared import parameter_faults
from local.deploy.logins import examine_logins, login_faults, require_logins
from local.deploy.parameters import Deployment, read_deployment
from local.deploy.settings import settings_faults
from local.postgres.developer import finish_alembic, start_alembic
from local.smoke.run import smoke, smoke_without_token
from local.template import load_document
from shared.core.database.settings import load_database_settings
from shared.core.settings import ConfigurationError

_BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"
_SAM = ROOT / ".venv-sam" / "bin" / "sam"
_TOKEN_SECONDS = 600


class DeployError(Exception):
    """A step failed; the text says which, and what to do."""


def deploy(config: str, environ: Mapping[str, str], *, dry_run: bool = False) -> int:
    """Run all steps; returns 1 if the deployment does not pass its smoke test.

    Raises:
        DeployError, LoginsError, ParametersError, TemplateError, MigrationError, ConfigurationError,
            SmokeError: a step could not be done, and none after it was.
    """
    deployment = read_deployment(ROOT / "samconfig.toml", config, environ)
    database_url = _database_url(environ)
    require_logins(deployment)
    _require_no_faults(deployment, database_url)
    if dry_run:
        _print_plan(deployment, environ)
        return 0
    _announce("logins", "of the functions and of the purge")
    for line in examine_logins(deployment):
        print(line)
    sam = _Sam({**environ, "ARCH": deployment.arch})
    _announce("build", f"for {deployment.arch}")
    sam.run("build", "--config-env", config, "--parameter-overrides", f"Architecture={deployment.arch}")
    _announce("migrate", "the database")
    print(finish_alembic(start_alembic(database_url, environ, "upgrade", "head")))
    _announce("stamp", "the built template")
    stamp(_BUILT, deployment.parameters)
    _announce("routes", "of the built template")
    call_by_role(_BUILT)
    _announce("deploy", f"{deployment.stack}: {' '.join(deployment.readable())}")
    with _parameter_file(deployment.parameters) as path:
        sam.run("deploy", "--config-env", config, "--parameter-overrides", f"file://{path}")
    url = sam.api_url(deployment)
    _announce("smoke", url)
    return _smoke(url, deployment, environ)


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


def _smoke(url: str, deployment: Deployment, environ: Mapping[str, str]) -> int:
    if given := environ.get("TOKEN"):
        return smoke(url, given, environ)
    if minted := _token(deployment):
        return smoke(url, minted, environ, owns_user=True)
    print("TOKEN is missing, so only what needs none is tried: with TOKEN set, make smoke URL=... does the rest")
    return smoke_without_token(url)


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


class _Sam:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environment = {**environ, "SAM_CLI_TELEMETRY": "0"}

    def run(self, *arguments: str) -> None:
        """Run it in the terminal: it may ask before it changes production."""
        if subprocess.run([str(_SAM), *arguments], cwd=ROOT, env=self._environment, check=False).returncode != 0:
            raise DeployError(f"sam {arguments[0]} failed, as it says above; nothing after it was done")

    def api_url(self, deployment: Deployment) -> str:
        command = [str(_SAM), "list", "stack-outputs", "--stack-name", deployment.stack, "--output", "json"]
        command += ["--region", deployment.region] if deployment.region else []
        listed = subprocess.run(
            command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, text=True, check=False
        )
        try:
            outputs = {output["OutputKey"]: output["OutputValue"] for output in json.loads(listed.stdout)}
            return str(outputs["ApiUrl"])
        except (KeyError, TypeError, ValueError) as error:
            raise DeployError(
                f"it is deployed, but the address of {deployment.stack} cannot be read: make smoke URL=..."
            ) from error


@contextmanager
def _parameter_file(parameters: Mapping[str, str]) -> Iterator[Path]:
    """For sam, and not on its command line, which every user of the machine can read; JSON, which is YAML too."""
    with tempfile.TemporaryDirectory(prefix="tasks-deploy-") as directory:
        path = Path(directory) / "parameters.yaml"
        path.write_text(json.dumps(parameters))
        yield path


def _announce(step: str, what: str) -> None:
    print(f"\n== {step} {what}", flush=True)


def _print_plan(deployment: Deployment, environ: Mapping[str, str]) -> None:
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
        print(f"{step} {what}")
