"""What a deployment is refused for before anything is built, migrated or asked."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from local import ROOT
from local.deploy import steps
from local.deploy.declared import parameter_faults
from local.deploy.parameters import FROM_ENVIRONMENT
from local.deploy.steps import Manner, deploy
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.settings import ConfigurationError
from tests.unit.template.source import load_template

HOST = "ep-cool-name-123.eu-central-1.aws.neon.tech"
POOLER = HOST.replace(".", "-pooler.", 1)
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:name"
SECRET = "q7LxD2vRw9TbN4cYk1HsZfGm6PjUaEo8XtKi3WnBrQ0"
GIVEN = {
    "DATABASE_URL": f"postgresql://owner:hidden@{HOST}/tasks",
    "FUNCTIONS_DATABASE_URL": f"postgresql://functions:hidden@{POOLER}/tasks",
    "PURGE_DATABASE_URL": f"postgresql://purge:hidden@{HOST}/tasks",
    "AUTH_SECRET": SECRET,
}
DECLARED: dict[str, dict[str, Any]] = load_template()["Parameters"]


class _Begun(Exception):
    """Nothing was wrong."""


@pytest.fixture(autouse=True)
def _nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def done(*_: object, **__: object) -> None:
        raise _Begun

    for step in ("examine_logins", "start_alembic", "Sam"):
        monkeypatch.setattr(steps, step, done)


def faults(environ: dict[str, str], *, dry_run: bool = False) -> list[str]:
    found: list[str] = []
    try:
        deploy("default", {**GIVEN, **environ}, Manner(dry_run=dry_run))
    except ConfigurationError as error:
        found = error.faults
    except _Begun:
        return []
    assert not any("hidden" in fault or "\n" in fault for fault in found)
    return found


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({"PARAMETERS": "LogLevl=hidden"}, "no parameter LogLevl: is LogLevel meant"),
        ({"PARAMETERS": "Zhidden=1"}, "a parameter is given that template.yaml does not have"),
        ({"PARAMETERS": "LogLevel=hidden"}, "LogLevel: its value must be one of DEBUG"),
        ({"PARAMETERS": "QuotaRows=0"}, "QuotaRows: its value must be a whole number"),
        ({"PARAMETERS": "ThrottleRate=0"}, "ThrottleRate: its value must be a number within MinValue 1"),
        ({"PARAMETERS": "ThrottleRate=hidden"}, "ThrottleRate: its value must be a number"),
        ({"PARAMETERS": "LogRetentionDays=8"}, "LogRetentionDays: its value must be one of"),
        ({"PARAMETERS": "DatabaseSslmode=disable"}, "DatabaseSslmode: its value must be one of (nothing), require"),
        ({"PARAMETERS": f"AuthSecret={SECRET} AuthSecretArn={ARN}"}, "AuthSecret and AuthSecretArn are both given"),
        ({"AUTH_MAX_LIFETIME": "abc"}, "AuthMaxLifetime: its value must be a whole number of seconds"),
        ({"AUTH_SECRET": "hidden"}, "AUTH_SECRET has 6 bytes"),
        ({"AUTH_SECRET": DEVELOPMENT_SECRET}, "public development secret"),
        ({"AUTH_SECRET": ""}, "no key to verify tokens with"),
        ({"AUTH_JWKS_URL": "https://h/jwks"}, "one mode per deployment"),
        ({"AUTH_SECRET": "", "PARAMETERS": f"AuthSecretArn={ARN}", "AUTH_JWKS_URL": "https://h/jwks"}, "one mode"),
        ({"PARAMETERS": f"AuthSecretArn={ARN}", "AUTH_AUDIENCE_CLAIM": "client_id"}, "needs AUTH_AUDIENCE"),
        ({"AUTH_ALGORITHMS": "ES256"}, "AUTH_ALGORITHMS goes with a key set"),
        ({"FUNCTIONS_DATABASE_URL": "mysql://u:hidden@h/d"}, "FUNCTIONS_DATABASE_URL: it must begin with"),
        ({"PURGE_DATABASE_URL": f"postgresql://purge:hidden@{HOST},h/tasks"}, "PURGE_DATABASE_URL: it names several"),
        ({"FUNCTIONS_DATABASE_URL": f"postgresql://owner:hidden@{POOLER}/tasks"}, "logs in as the user of DATABASE"),
        ({"FUNCTIONS_DATABASE_URL": f"postgresql://functions:hidden@{POOLER}/other"}, "another host or database"),
        ({"PURGE_DATABASE_URL": "postgresql://purge:hidden@ep-other.neon.tech/tasks"}, "another host or database"),
    ],
)
def test_it_is_one_line_and_nothing_was_done(environ: dict[str, str], word: str, *, dry_run: bool) -> None:
    (fault,) = faults(environ, dry_run=dry_run)

    assert word in fault


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"PARAMETERS": f"AuthSecretArn={ARN} DatabaseUrlArn={ARN} PurgeDatabaseUrlArn={ARN} LogLevel=WARN"},
        {"AUTH_SECRET": "", "AUTH_JWKS_URL": "https://h/jwks", "AUTH_ISSUER": "i", "AUTH_AUDIENCE": "a"},
        {"AUTH_MAX_LIFETIME": "600", "PARAMETERS": "ThrottleRate=5 ReservedConcurrency=-1"},
    ],
)
def test_what_functions_accept_is_deployed(environ: dict[str, str]) -> None:
    assert faults(environ) == []


def test_all_faults_are_told_at_once() -> None:
    wrong = {"AUTH_SECRET": "hidden", "PURGE_DATABASE_URL": "mysql://hidden", "AUTH_ALGORITHMS": "ES256"}

    assert len(faults(wrong)) == 3


def test_a_default_of_the_template_is_what_it_allows() -> None:
    defaults = {name: str(definition["Default"]) for name, definition in DECLARED.items() if "Default" in definition}

    assert list(parameter_faults(defaults, DECLARED)) == []
    assert set(FROM_ENVIRONMENT.values()) <= DECLARED.keys()


def test_make_quotes_the_section(tmp_path: Path) -> None:
    command = ["make", "-n", "deploy", "CONFIG=a'b $(touch x)"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert "deploy 'a'\\''b" in ran.stdout
