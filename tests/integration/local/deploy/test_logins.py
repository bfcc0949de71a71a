"""Logins that are kept at AWS are looked at where they can be read; the rest is tests/e2e/test_deploy.py's."""

import boto3
import pytest

from local.deploy.logins import LoginsError, examine_logins
from local.deploy.parameters import Deployment
from local.login.role import PURGE
from local.postgres.server import EmbeddedPostgres
from tests.conftest import OWNER, database_of, login_url


def deployment(functions: str, purge: str) -> Deployment:
    """One whose connection strings are in secrets."""
    secrets = {"DatabaseUrlArn": functions, "PurgeDatabaseUrlArn": purge}
    arns = {
        name: boto3.client("secretsmanager").create_secret(Name=name, SecretString=url)["ARN"]
        for name, url in secrets.items()
    }
    return Deployment("prod", "tasks-api-prod", "", arns)


def test_logins_in_secrets_are_looked_at(aws: None, functions_url: str, postgres: EmbeddedPostgres) -> None:
    purge = login_url(postgres, database_of(functions_url), PURGE)

    assert list(examine_logins(deployment(functions_url, purge))) == [
        "the functions: a role that may become tasks_api, and nothing else",
        "the purge: a role that may become tasks_purge, and nothing else",
    ]


def test_an_owner_in_a_secret_is_refused(aws: None, database_url: str, functions_url: str) -> None:
    with pytest.raises(LoginsError, match=f"PURGE_DATABASE_URL: {OWNER} may create roles, owns alembic_version"):
        list(examine_logins(deployment(functions_url, database_url)))
