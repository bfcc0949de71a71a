"""Settings in Secrets Manager and SSM: read once, and read again when the other side refuses them."""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import jwt
import psycopg
import pytest
from alembic import command
from aws_lambda_powertools.utilities import parameters

from local.login.developer import SUFFIX, migrated_logins
from local.login.role import FUNCTIONS, role_name
from local.postgres.server import EmbeddedPostgres
from shared.core import secrets
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.clocks import Clocks
from shared.core.database import breaker, connection
from shared.core.environment import RENEWAL_PAUSE_S, environment
from shared.core.errors import ServiceUnavailable
from tests.api import Api
from tests.clusters import server_on
from tests.conftest import OWNER, alembic_config

SECRET = "k3VwQz8fT1nLr6XbYc0JpDs5HuGm7ReA2tKiWqBoN4M"
ROTATED = "Wd9xNf3mKs7hVt1cRb5yQg8jLz2pEu6aTo4iXrMkPn0"
LOGIN = role_name(FUNCTIONS, "tasks", SUFFIX)
PARAMETER_ARN = "arn:aws:ssm:eu-central-1:123456789012:parameter/tasks/auth-secret"


@pytest.fixture
def look_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were asked for at AWS, whatever Powertools remembered."""
    asked: list[str] = []
    for provider, method in (("SecretsProvider", "_get"), ("SSMProvider", "_get")):
        cls = getattr(parameters, provider)
        original = getattr(cls, method)

        def counted(self: Any, name: str, *args: Any, _original: Any = original, **options: Any) -> Any:
            asked.append(name)
            return _original(self, name, *args, **options)

        monkeypatch.setattr(cls, method, counted)
    return asked


def authorization(secret: str) -> dict[str, str | None]:
    return {"authorization": "Bearer " + jwt.encode({"sub": "alice", "exp": 4102444800}, secret, algorithm="HS256")}


def keep_secret(name: str, value: str) -> str:
    return str(boto3.client("secretsmanager").create_secret(Name=name, SecretString=value)["ARN"])


def keep_parameter(name: str, value: str) -> None:
    boto3.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


@pytest.mark.parametrize("where", ["secret ARN", "secret name", "parameter ARN", "parameter path"])
def test_a_secret_is_read_by_arn_or_name(
    aws: None, functions_url: str, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    arn = keep_secret("auth-secret", SECRET)
    keep_parameter("/tasks/auth-secret", SECRET)
    names = {
        "secret ARN": arn,
        "secret name": "auth-secret",
        "parameter ARN": PARAMETER_ARN,
        "parameter path": "/tasks/auth-secret",
    }
    monkeypatch.setenv("AUTH_SECRET_ARN", names[where])
    monkeypatch.setenv("DATABASE_URL_ARN", keep_secret("database-url", functions_url))

    assert Api().create({"title": "Buy milk"}, headers=authorization(SECRET)).status == 201


def test_both_are_read_once(
    aws: None, functions_url: str, monkeypatch: pytest.MonkeyPatch, look_ups: list[str]
) -> None:
    monkeypatch.setenv("AUTH_SECRET_ARN", keep_secret("auth-secret", SECRET))
    monkeypatch.setenv("DATABASE_URL_ARN", keep_secret("database-url", functions_url))

    for _ in range(3):
        assert Api().call("list_tasks", "GET", "/tasks", headers=authorization(SECRET)).status == 200

    assert len(look_ups) == 2


def test_a_rotated_auth_secret_is_noticed_by_the_signature(
    aws: None, functions_url: str, monkeypatch: pytest.MonkeyPatch, look_ups: list[str]
) -> None:
    arn = keep_secret("auth-secret", SECRET)
    monkeypatch.setenv("AUTH_SECRET_ARN", arn)
    monkeypatch.setenv("DATABASE_URL", functions_url)
    list_with = _lister()
    assert list_with(SECRET) == 200

    boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=ROTATED)

    assert list_with(ROTATED) == 200
    assert list_with(SECRET) == 401
    assert len(look_ups) == 2


def test_junk_does_not_buy_look_ups(
    aws: None, functions_url: str, monkeypatch: pytest.MonkeyPatch, look_ups: list[str]
) -> None:
    monkeypatch.setenv("AUTH_SECRET_ARN", keep_secret("auth-secret", SECRET))
    monkeypatch.setenv("DATABASE_URL", functions_url)
    list_with = _lister()
    now = [0.0]
    environment().clocks = Clocks(lambda: now[0], lambda: now[0])
    environment()._read_at = (-RENEWAL_PAUSE_S, -RENEWAL_PAUSE_S)

    assert [list_with(ROTATED) for _ in range(20)] == [401] * 20
    assert len(look_ups) == 2
    now[0] += RENEWAL_PAUSE_S
    assert list_with(ROTATED) == 401
    assert len(look_ups) == 3


def test_a_plain_secret_is_never_looked_up(served: str, monkeypatch: pytest.MonkeyPatch, look_ups: list[str]) -> None:
    assert Api().call("list_tasks", "GET", "/tasks", headers=authorization(ROTATED)).status == 401
    assert look_ups == []


def later(seconds: float) -> None:
    """So long after the secret was looked at."""
    monotonic, wall = environment()._read_at
    environment()._read_at = (monotonic - seconds, wall - seconds)


@pytest.mark.parametrize("frozen", ["monotonic", "wall"])
def test_a_failure_is_forgotten_in_a_process_that_was_frozen_too(
    aws: None, functions_url: str, monkeypatch: pytest.MonkeyPatch, frozen: str
) -> None:
    now = {"monotonic": 1000.0, "wall": 1000.0}
    monkeypatch.setattr(secrets, "_clocks", Clocks(lambda: now["monotonic"], lambda: now["wall"]))
    monkeypatch.setattr(secrets, "_failures", {})
    where = keep_secret("auth-secret", SECRET)
    environ = {"AUTH_SECRET_ARN": f"{where}-of-nobody"}
    for _ in range(2):
        with pytest.raises(ServiceUnavailable):
            secrets.with_secrets(environ)
    (runs,) = now.keys() - {frozen}

    now[runs] += secrets._FAILURE_PAUSE_S

    assert secrets.with_secrets({"AUTH_SECRET_ARN": where})["AUTH_SECRET"] == SECRET


def _lister() -> Callable[[str], int]:
    return lambda secret: Api().call("list_tasks", "GET", "/tasks", headers=authorization(secret)).status


@pytest.fixture
def with_passwords(cluster: Path) -> Iterator[EmbeddedPostgres]:
    """A server of its own, on which the functions need a password."""
    with server_on(cluster) as server:
        server.create_role(OWNER)
        server.create_database("tasks", OWNER)
        command.upgrade(alembic_config(server.url("tasks", OWNER)), "head")
        migrated_logins(server.url("tasks", OWNER))
        (hba,) = Path(server.home).glob("cluster/pg_hba.conf")
        hba.write_text(f"local all {LOGIN} scram-sha-256\n" + hba.read_text())
        yield server


def set_password(server: EmbeddedPostgres, password: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"alter role {LOGIN} password '{password}'".encode())
        connection.execute("select pg_reload_conf()")
        connection.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = %s", (LOGIN,))


def url_with(server: EmbeddedPostgres, password: str) -> str:
    return server.url("tasks", LOGIN).replace("@", f":{password}@", 1)


def test_a_rotated_database_password_is_noticed_by_the_refusal(
    aws: None,
    with_passwords: EmbeddedPostgres,
    monkeypatch: pytest.MonkeyPatch,
    look_ups: list[str],
    log: io.StringIO,
) -> None:
    monkeypatch.setattr(connection, "RENEWAL_PAUSE_S", 0)
    monkeypatch.setattr(breaker, "FIRST_PAUSE_S", 0)
    set_password(with_passwords, "first-password")
    arn = keep_secret("database-url", url_with(with_passwords, "first-password"))
    monkeypatch.setenv("DATABASE_URL_ARN", arn)
    monkeypatch.setenv("AUTH_SECRET", SECRET)
    create = {"title": "Buy milk"}
    assert Api().create(create, headers=authorization(SECRET)).status == 201

    set_password(with_passwords, "second-password")
    refused = Api().create(create, headers=authorization(SECRET))
    boto3.client("secretsmanager").put_secret_value(
        SecretId=arn, SecretString=url_with(with_passwords, "second-password")
    )
    answer = Api().create(create, headers=authorization(SECRET))

    assert (refused.status, refused.code) == (503, "SERVICE_UNAVAILABLE")
    assert answer.status == 201
    assert len(look_ups) == 3
    assert "-password@" not in log.getvalue()


def test_a_secret_that_cannot_be_read_is_503_and_says_which_in_the_log(
    aws: None, functions_url: str, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    monkeypatch.setenv("AUTH_SECRET_ARN", "no-such-secret")
    monkeypatch.setenv("DATABASE_URL", functions_url)

    answer = Api().create({"title": "Buy milk"}, headers=authorization(SECRET))

    assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")
    assert "no-such-secret" not in answer.text
    assert "AUTH_SECRET_ARN cannot be read" in log.getvalue()
    monkeypatch.setattr(secrets, "_failures", {})  # as after its pause
    keep_secret("no-such-secret", SECRET)
    assert Api().create({"title": "Buy milk"}, headers=authorization(SECRET)).status == 201


def test_what_cannot_be_read_is_not_asked_for_by_every_request(
    aws: None, functions_url: str, monkeypatch: pytest.MonkeyPatch, look_ups: list[str]
) -> None:
    monkeypatch.setattr(secrets, "_failures", {})
    monkeypatch.setenv("AUTH_SECRET_ARN", "no-such-secret")
    monkeypatch.setenv("DATABASE_URL", functions_url)

    assert [Api(user=None).list().status for _ in range(20)] == [503] * 20
    assert len(look_ups) == 1


def test_a_renewal_that_fails_leaves_the_secret_that_served(
    aws: None, functions_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "_failures", {})
    arn = keep_secret("auth-secret", SECRET)
    monkeypatch.setenv("AUTH_SECRET_ARN", arn)
    monkeypatch.setenv("DATABASE_URL_ARN", keep_secret("database-url", functions_url))
    list_with = _lister()
    assert list_with(SECRET) == 200

    boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString="short")
    assert [list_with(ROTATED), list_with(SECRET)] == [401, 200]
    boto3.client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    later(RENEWAL_PAUSE_S)
    assert [list_with(ROTATED), list_with(SECRET)] == [401, 200]


def test_a_leaked_secret_that_was_rotated_does_not_serve_for_ever(
    aws: None, functions_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "_failures", {})
    arn = keep_secret("auth-secret", SECRET)
    monkeypatch.setenv("AUTH_SECRET_ARN", arn)
    monkeypatch.setenv("DATABASE_URL", functions_url)
    list_with = _lister()
    assert list_with(SECRET) == 200

    boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=ROTATED)
    assert list_with(SECRET) == 200
    later(secrets.MAX_AGE_S)
    assert list_with(SECRET) == 401


def test_a_binary_secret_is_its_text(aws: None, functions_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_failures", {})
    boto3.client("secretsmanager").create_secret(Name="binary", SecretBinary=SECRET.encode())
    monkeypatch.setenv("AUTH_SECRET_ARN", "binary")
    monkeypatch.setenv("DATABASE_URL", functions_url)

    assert _lister()(SECRET) == 200


def test_boto3_is_imported_only_where_a_secret_is_kept_apart(functions_url: str) -> None:
    code = "import sys, tests.api as a; a.Api().created(); print('boto3' in sys.modules)"
    settings = {"DATABASE_URL": functions_url, "AUTH_SECRET": DEVELOPMENT_SECRET}
    done = subprocess.run([sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "False"
