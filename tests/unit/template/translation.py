"""What CloudFormation is really given: template.yaml as `make deploy` makes it ready, after SAM's own translator.

The translator pins libraries to other versions than the functions run with, so it runs in sam's environment.
"""

import atexit
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from local.build.routes import rewrite
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.unit.template.source import ROOT, load_template

SAM_PYTHON = ROOT / ".venv-sam" / "bin" / "python"
REGION = "eu-central-1"
DATABASE_ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tasks/database-AbCdEf"
PURGE_DATABASE_ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tasks/purge-database-AbCdEf"
SECRET_ARN = "arn:aws:ssm:eu-central-1:123456789012:parameter/tasks/auth-secret"
BOUNDARY_ARN = "arn:aws:iam::123456789012:policy/github-production-Boundary-AbCdEf"
KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000"
DEPLOYMENTS: dict[str, dict[str, str]] = {
    "default": {
        "DatabaseUrl": "postgresql://u:p@db.example.com/tasks",
        "PurgeDatabaseUrl": "postgresql://purge:p@db.example.com/tasks",
        "AuthSecret": DEVELOPMENT_SECRET,
    },
    "production": {
        "DatabaseUrlArn": DATABASE_ARN,
        "PurgeDatabaseUrlArn": PURGE_DATABASE_ARN,
        "AuthSecretArn": SECRET_ARN,
        "SecretsKeyArn": KEY_ARN,
        "PermissionsBoundaryArn": BOUNDARY_ARN,
        "EnvironmentKeyArn": KEY_ARN,
        "LogsKeyArn": KEY_ARN,
        "DatabaseSslmode": "verify-full",
        "AuthAudience": "client-one,client-two",
        "AuthAudienceClaim": "client_id",
        "GradualDeployment": "true",
        "SnapStart": "true",
        "ReservedConcurrency": "20",
        "AlarmEmail": "ops@example.com",
        "Tracing": "true",
    },
}

_TRANSLATE = """
import json, sys
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
for line in sys.stdin:
    given = json.loads(line)
    translator = Translator({}, Parser())
    print(json.dumps(translator.translate(given["template"], given["parameters"])), flush=True)
"""


def translate(
    parameters: Mapping[str, str] | None = None, *, new_package: str | None = None, revision: str = "none"
) -> dict[str, Any]:
    """The translation with these parameters, the others at their defaults; `new_package` names what has other content.

    Not to be changed: the same object is given to whoever asks for the same.
    """
    return _translate(tuple(sorted((parameters or {}).items())), new_package, revision)


@cache
def _translate(parameters: tuple[tuple[str, str], ...], new_package: str | None, revision: str) -> dict[str, Any]:
    template = load_template()
    template["Globals"]["Function"]["Environment"]["Variables"]["SETTINGS_REVISION"] = revision
    return translate_template(template, dict(parameters), new_package=new_package)


def translate_template(
    template: dict[str, Any], given: Mapping[str, str], *, new_package: str | None = None
) -> dict[str, Any]:
    """The translation of another template, which is changed by it."""
    if not SAM_PYTHON.exists():
        pytest.fail("aws-sam-cli is not installed: make .venv-sam")
    rewrite(template)
    _point_at_a_bucket(template, new_package)
    values = {name: _parameter_value(parameter, given.get(name)) for name, parameter in template["Parameters"].items()}
    process = _translator()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"template": template, "parameters": values}) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    assert line, "the translator failed; it says why above"
    translated: dict[str, Any] = json.loads(line)
    return translated


@cache
def _translator() -> subprocess.Popen[str]:
    """A process for all translations, for it takes ten times as long to import as to translate.

    Its standard input is the leash: it ends with this process, however that ends.
    """
    process = subprocess.Popen(
        [SAM_PYTHON, "-c", _TRANSLATE],
        env={**os.environ, "AWS_DEFAULT_REGION": REGION},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.communicate)
    return process


def _parameter_value(parameter: dict[str, Any], given: str | None) -> str | list[str]:
    value = str(parameter["Default"] if given is None else given)
    return value.split(",") if parameter["Type"] == "CommaDelimitedList" else value


def _point_at_a_bucket(template: dict[str, Any], new_package: str | None) -> None:
    """Do what `sam package` does: the translator knows packages by their address, which names their content."""
    del template["Globals"]["Function"]["CodeUri"]
    for name, resource in template["Resources"].items():
        address = f"s3://packages/{'second' if name == new_package else 'first'}"
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = address
        elif resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = address


def references_in(value: Any) -> Iterator[str]:
    """The logical ids that a value names by Ref, Fn::GetAtt, Fn::Sub or DependsOn, and parameters among them."""
    if isinstance(value, list):
        for member in value:
            yield from references_in(member)
    elif isinstance(value, dict):
        for key, member in value.items():
            if key == "Ref":
                yield member
            elif key == "Fn::GetAtt":
                yield member[0] if isinstance(member, list) else member.split(".")[0]
            elif key == "Fn::Sub":
                text, names = (member, {}) if isinstance(member, str) else member
                yield from (part.split("}")[0].split(".")[0] for part in text.split("${")[1:])
                yield from references_in(names)
            elif key == "DependsOn":
                yield from [member] if isinstance(member, str) else member
            else:
                yield from references_in(member)


def resolve(value: Any, conditions: dict[str, bool]) -> Any:
    """`value` with each Fn::If decided, and what becomes AWS::NoValue left out."""
    if isinstance(value, list):
        return [member for member in (resolve(member, conditions) for member in value) if member is not NO_VALUE]
    if isinstance(value, dict):
        if value == {"Ref": "AWS::NoValue"}:
            return NO_VALUE
        if set(value) == {"Fn::If"}:
            condition, if_true, if_false = value["Fn::If"]
            return resolve(if_true if conditions[condition] else if_false, conditions)
        resolved = {key: resolve(member, conditions) for key, member in value.items()}
        return {key: member for key, member in resolved.items() if member is not NO_VALUE}
    return value


NO_VALUE = object()
