"""What the functions and the purge would log in as: looked at before anything is changed, wherever that can be done."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import psycopg

from local.deploy.parameters import Deployment
from local.doctor.meaning import explain
from local.login.power import faults_of
from local.login.role import FUNCTIONS, PURGE, Kind
from local.postgres.connect import connect
from shared.core.database.conninfo import connection_parameters, database_url_faults
from shared.core.errors import ServiceUnavailable
from shared.core.secrets import with_secrets


class LoginsError(Exception):
    """It must not be deployed so; the text says what to do, and shows no secret."""


class Login(NamedTuple):
    user: str
    kind: Kind
    setting: str
    parameter: str
    command: str


LOGINS = (
    Login("the functions", FUNCTIONS, "FUNCTIONS_DATABASE_URL", "DatabaseUrl", "make -s login"),
    Login("the purge", PURGE, "PURGE_DATABASE_URL", "PurgeDatabaseUrl", "make -s login ROLE=purge"),
)


def require_logins(deployment: Deployment) -> None:
    """Raises:
    LoginsError: it is not said what they log in with.
    """
    for login in LOGINS:
        if not any(deployment.parameters.get(name) for name in (login.parameter, f"{login.parameter}Arn")):
            raise LoginsError(
                f"{login.setting} is missing: `{login.command}` prints it for {login.user}, once the database is "
                f"migrated; or name the secret that holds it by {login.setting}_ARN"
            )


def login_faults(deployment: Deployment, owner_url: str) -> Iterator[str]:
    """A line for each that can be seen in the connection strings alone; what is kept at AWS is passed over.

    `owner_url` is empty where it is not known.
    """
    owner = connection_parameters(owner_url) if owner_url else None
    for login in LOGINS:
        url = deployment.parameters.get(login.parameter)
        if not url:
            continue
        if faults := _url_faults(url):
            yield f"{login.setting}: {faults}"
            continue
        if owner is None:
            continue
        parameters = connection_parameters(url)
        if parameters.get("user") == owner.get("user"):
            yield f"{login.setting}: it logs in as the user of DATABASE_URL. `{login.command}` prints one of its own"
        if _database(parameters) != _database(owner):
            yield f"{login.setting}: it names another host or database than DATABASE_URL, which is the one migrated"


def _database(parameters: Mapping[str, str]) -> tuple[str, str]:
    """Host and name; Neon's pooler is the host that it stands before."""
    host = parameters["host"] if parameters["host"].startswith("/") else parameters["host"].lower()
    endpoint, dot, domain = host.partition(".")
    return f"{endpoint.removesuffix('-pooler')}{dot}{domain}", parameters.get("dbname") or parameters.get("user", "")


def _url_faults(url: str) -> str:
    return "; ".join(fault.replace("DATABASE_URL", "it", 1) for fault in database_url_faults(url))


def examine_logins(deployment: Deployment) -> Iterator[str]:
    """A line for each.

    Raises:
        LoginsError: one may more than it should, or less.
    """
    for login in LOGINS:
        try:
            fault = _fault(login, deployment)
        except (psycopg.Error, ServiceUnavailable) as error:
            said = error.reason if isinstance(error, ServiceUnavailable) else explain(error)
            yield f"{login.user}: not looked at, since this machine cannot log in as they do: {said}"
            continue
        if fault:
            raise LoginsError(f"{login.setting}: {fault}. `{login.command}` prints one that may what {login.user} need")
        yield f"{login.user}: a role that may become {login.kind.becomes}, and nothing else"


def _fault(login: Login, deployment: Deployment) -> str:
    url = deployment.parameters.get(login.parameter) or _kept(login, deployment)
    if faults := _url_faults(url):
        return faults
    parameters = connection_parameters(url, sslmode=deployment.parameters.get("DatabaseSslmode") or None)
    with connect(parameters) as connection:
        return faults_of(connection, login.kind)


def _kept(login: Login, deployment: Deployment) -> str:
    where = deployment.parameters[f"{login.parameter}Arn"]
    return with_secrets({f"{login.setting}_ARN": where}, names=[login.setting])[login.setting]
