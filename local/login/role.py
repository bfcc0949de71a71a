"""The roles that functions log in as: they own nothing, inherit nothing, and become one other role in each batch.

Roles belong to the whole cluster, so their names carry the database.
"""

from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias

import psycopg
from psycopg import sql

Connection: TypeAlias = "psycopg.Connection[Any]"

# More are cut off by PostgreSQL, with no more than a notice.
_NAME_BYTES = 63
_HASH_LENGTH = 8
# What an owner with createrole alone may say when it makes a role, and not when it alters one.
_ATTRIBUTES = sql.SQL("login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls")
_NEEDS_PLAIN = "plaintext password"


class Kind(NamedTuple):
    """`becomes` is the one role that it may take."""

    prefix: str
    becomes: str


FUNCTIONS = Kind("tasks_login", "tasks_api")
PURGE = Kind("tasks_purge_login", "tasks_purge")
KINDS = {"functions": FUNCTIONS, "purge": PURGE}


def role_name(kind: Kind, database: str, suffix: str) -> str:
    room = _NAME_BYTES - len(kind.prefix) - len(suffix) - 2
    if len(database.encode()) > room:
        digest = sha256(database.encode()).hexdigest()[:_HASH_LENGTH]
        database = f"{database.encode()[: room - _HASH_LENGTH - 1].decode(errors='ignore')}_{digest}"
    return f"{kind.prefix}_{database}_{suffix}"


def make_role(connection: Connection, name: str) -> None:
    """Unless it is there."""
    if connection.execute("select from pg_roles where rolname = %s", (name,)).fetchone() is None:
        connection.execute(sql.SQL("create role {} {}").format(sql.Identifier(name), _ATTRIBUTES))


def let_become(connection: Connection, name: str, kind: Kind) -> None:
    """Able to take the role, never having its rights unasked."""
    statement = sql.SQL("grant {} to {} with set true, inherit false")
    connection.execute(statement.format(sql.Identifier(kind.becomes), sql.Identifier(name)))


def set_password(connection: Connection, name: str, password: str) -> None:
    """The server gets a hash, so that its log has no password.

    Neon's control plane refuses hashes: there, and nowhere else, it goes in plain, which is to say inside TLS.
    """
    hashed = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    try:
        _alter_password(connection, name, hashed)
    except psycopg.Error as error:
        if _NEEDS_PLAIN not in str(error):
            raise
        _alter_password(connection, name, password)


def forget_settings(connection: Connection, name: str, database: str) -> None:
    """A role may alter its own defaults: what a thief of the last password has left there goes with it."""
    for place in (sql.SQL(""), sql.SQL(" in database {}").format(sql.Identifier(database))):
        connection.execute(sql.SQL("alter role {}{} reset all").format(sql.Identifier(name), place))


def _alter_password(connection: Connection, name: str, secret: str) -> None:
    connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(name), sql.Literal(secret)))
