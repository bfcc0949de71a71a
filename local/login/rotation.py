"""Two roles take turns, so that the string issued last works until the one after the next is issued.

Which one was issued last stands in the roles' comments, as the number of the issue: an owner with createrole alone may
write one, and the role itself may not.
"""

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from psycopg import errors, sql

from local.doctor.meaning import explain
from local.login.address import with_login
from local.login.delivery import Deliver
from local.login.power import faults_of
from local.login.role import Connection, Kind, forget_settings, let_become, make_role, role_name, set_password
from local.postgres.connect import connect
from shared.core.database.conninfo import connection_parameters, direct_url
from shared.core.database.settings import DatabaseSettings

_PASSWORD_BYTES = 32
_COMMENT = "issue {number} of make login"
_NUMBER = re.compile(r"issue (\d+) of make login")
# A pooler in between may remember the password before this one, until somebody has failed with it.
_ATTEMPTS, PAUSE_S = 5, 1.0
# An advisory lock can be taken by whoever connects, the thief of a string as well: this one is the migrating role's. It
# waits a little, since a comment on the table takes it for as long as it takes to be refused.
_ONE_AT_A_TIME = """
set local lock_timeout = '1s';
set local idle_in_transaction_session_timeout = 0;
lock table public.alembic_version in share update exclusive mode
"""


class LoginError(Exception):
    """No string was issued; the text is one line without a secret."""


class Issue(NamedTuple):
    """The role whose string was delivered, and the one whose string goes on working beside it, if there is one."""

    role: str
    beside: str | None


def issue(owner: DatabaseSettings, kind: Kind, deliver: Deliver) -> Issue:
    """Give the role whose turn it is a new password, see that it works, and deliver its connection string.

    It counts as issued once it is delivered: whatever fails before can be repeated, and costs nobody a password.

    Raises:
        LoginError, DeliveryError: nothing was delivered.
    """
    try:
        with _connected(owner) as connection:
            database = connection.info.dbname
            roles = [role_name(kind, database, suffix) for suffix in ("a", "b")]
            numbers = [_number(connection, role) for role in roles]
            turn = 1 if numbers[0] > numbers[1] else 0
            url = _renew(connection, owner, kind, roles[turn])
            _try(owner, url, kind)
            deliver(url)
            comment = sql.Literal(_COMMENT.format(number=max(numbers) + 1))
            connection.execute(sql.SQL("comment on role {} is {}").format(sql.Identifier(roles[turn]), comment))
    except psycopg.Error as error:
        raise LoginError(explain(error)) from None
    return Issue(roles[turn], roles[1 - turn] if numbers[1 - turn] else None)


@contextmanager
def _connected(owner: DatabaseSettings) -> Iterator[Connection]:
    """As the owner, on the direct host, and nobody else at the same."""
    parameters = connection_parameters(direct_url(owner.url), sslmode=owner.sslmode)
    with _alone(parameters), connect(parameters) as connection:
        yield connection


@contextmanager
def _alone(parameters: dict[str, str]) -> Iterator[None]:
    """In a transaction that changes nothing: it lasts for as long as the lock is needed."""
    with connect(parameters, autocommit=False) as connection:
        try:
            connection.execute(_ONE_AT_A_TIME)
        except errors.LockNotAvailable:
            raise LoginError("another make login is at work on this database") from None
        except errors.UndefinedTable:
            raise LoginError("this database is not migrated: make migrate DATABASE_URL=... comes first") from None
        yield


def _number(connection: Connection, role: str) -> int:
    """Of the last issue of this role; 0 if it was never issued."""
    query = "select shobj_description(oid, 'pg_authid') from pg_roles where rolname = %s"
    row = connection.execute(query, (role,)).fetchone()
    found = _NUMBER.fullmatch(row[0]) if row and row[0] else None
    return int(found[1]) if found else 0


def _renew(connection: Connection, owner: DatabaseSettings, kind: Kind, role: str) -> str:
    """The role with a new password, as a connection string."""
    if connection.execute("select from pg_roles where rolname = %s", (kind.becomes,)).fetchone() is None:
        raise LoginError(f"the role {kind.becomes} is missing: make migrate DATABASE_URL=... comes first")
    password, database = secrets.token_urlsafe(_PASSWORD_BYTES), connection.info.dbname
    make_role(connection, role)
    let_become(connection, role, kind)
    forget_settings(connection, role, database)
    set_password(connection, role, password)
    return with_login(owner.url, role, password, database)


def _try(owner: DatabaseSettings, url: str, kind: Kind) -> None:
    """Log in by the host that the functions use, and see that the role may what it should and no more."""
    parameters = connection_parameters(url, sslmode=owner.sslmode)
    with _logged_in(parameters) as connection:
        if faults := faults_of(connection, kind):
            raise LoginError(f"{faults}: mend that first")


def _logged_in(parameters: dict[str, str]) -> Connection:
    for left in reversed(range(_ATTEMPTS)):
        try:
            return connect(parameters)
        except psycopg.OperationalError as error:
            if not left:
                raise LoginError(f"{parameters['user']} cannot log in: {explain(error)}") from None
            time.sleep(PAUSE_S)
    raise AssertionError
