"""What a deployment is given: the parameters of its section in samconfig.toml, of the environment, of PARAMETERS.

sam takes the parameters of its command line *instead of* the section's, so they are put together here.
"""

import re
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.template import secret_parameters

# Settings that a shell may hold already; each goes to the parameter of that name.
FROM_ENVIRONMENT = {
    "FUNCTIONS_DATABASE_URL": "DatabaseUrl",
    "FUNCTIONS_DATABASE_URL_ARN": "DatabaseUrlArn",
    "PURGE_DATABASE_URL": "PurgeDatabaseUrl",
    "PURGE_DATABASE_URL_ARN": "PurgeDatabaseUrlArn",
    "AUTH_SECRET": "AuthSecret",
    "AUTH_JWKS_URL": "AuthJwksUrl",
    "AUTH_JWKS": "AuthJwks",
    "AUTH_ISSUER": "AuthIssuer",
    "AUTH_AUDIENCE": "AuthAudience",
    "AUTH_AUDIENCE_CLAIM": "AuthAudienceClaim",
    "AUTH_ALGORITHMS": "AuthAlgorithms",
    "AUTH_MAX_LIFETIME": "AuthMaxLifetime",
}
_NAME = re.compile(r"[A-Za-z0-9]+")


class ParametersError(Exception):
    """The deployment is not described well; the text is for whoever deploys."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One section of samconfig.toml, and all parameters."""

    config: str
    stack: str
    region: str
    parameters: dict[str, str]
    secret: frozenset[str] = frozenset()

    @property
    def arch(self) -> str:
        return self.parameters.get("Architecture", "arm64")

    def readable(self) -> list[str]:
        """The parameters as `Name=value`, without the secrets."""
        return [f"{name}={'***' if name in self.secret else value}" for name, value in self.parameters.items()]


def read_deployment(samconfig: Path, config: str, environ: Mapping[str, str]) -> Deployment:
    """Read one section; the environment wins over it, and PARAMETERS over both.

    Raises:
        ParametersError: there is no such section, or an assignment is none.
        TemplateError: the template beside it, which says what is secret, cannot be read.
    """
    try:
        sections = tomllib.loads(samconfig.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ParametersError(f"{samconfig.name}: {error}") from error
    if config not in sections or config == "version":
        known = ", ".join(name for name in sections if name != "version")
        raise ParametersError(f"{samconfig.name} has no section {config!r}; it has {known}")
    section = sections[config]
    deploy, everywhere = _parameters(section, "deploy"), _parameters(section, "global")
    overrides = deploy.get("parameter_overrides", [])
    given = _assignments(environ.get("PARAMETERS", ""), "PARAMETERS")
    parameters = _assignments(overrides, samconfig.name)
    parameters |= _of_environment(environ, {**parameters, **given}) | given
    secret = secret_parameters(samconfig.parent / "template.yaml")
    stack = deploy.get("stack_name") or everywhere.get("stack_name")
    if not stack:
        raise ParametersError(f"{samconfig.name}: [{config}.global.parameters] has no stack_name")
    region = deploy.get("region") or everywhere.get("region") or environ.get("AWS_REGION", "")
    return Deployment(config, stack, region, parameters, secret)


def _parameters(section: dict[str, Any], command: str) -> dict[str, Any]:
    found: dict[str, Any] = section.get(command, {}).get("parameters", {})
    return found


def _of_environment(environ: Mapping[str, str], named: Mapping[str, str]) -> dict[str, str]:
    """A secret that is named by its ARN is not given twice."""
    found = {parameter: value for setting, parameter in FROM_ENVIRONMENT.items() if (value := environ.get(setting))}
    arns = {**found, **{name: value for name, value in named.items() if value}}
    return {parameter: value for parameter, value in found.items() if f"{parameter}Arn" not in arns}


def _assignments(source: str | list[str], name: str) -> dict[str, str]:
    """`Name=value ...`, with quotes as in a shell, or a list of those."""
    # Not what was found instead: it may be half of a secret that was not quoted.
    fault = ParametersError(f"{name}: write Name=value, in quotes where the value has spaces")
    try:
        words = shlex.split(source) if isinstance(source, str) else source
    except ValueError:
        raise fault from None
    pairs = [word.partition("=") for word in words]
    if not all(equals and _NAME.fullmatch(parameter) for parameter, equals, _ in pairs):
        raise fault
    return {parameter: value for parameter, _, value in pairs}
