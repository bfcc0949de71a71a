"""The logins on a server of this machine, so that a grant which is missing in production is missing here too."""

import hmac
from typing import NamedTuple

from local.login.address import with_login
from local.login.role import FUNCTIONS, PURGE, Connection, Kind, let_become, make_role, role_name, set_password
from local.postgres.connect import connect
from shared.core.database.conninfo import connection_parameters

SUFFIX = "dev"


class Logins(NamedTuple):
    """What the functions connect with, and what the purge does."""

    functions: str
    purge: str


def make_logins(owner_url: str) -> Logins:
    """Make the roles unless they are there, which needs no schema yet, and see that they can log in.

    Raises:
        psycopg.Error: the owner may not make them, or the server does not let them in.
    """
    with _connected(owner_url) as connection:
        return Logins(_make(connection, owner_url, FUNCTIONS), _make(connection, owner_url, PURGE))


def let_logins_serve(owner_url: str) -> None:
    """Once the schema is migrated."""
    with _connected(owner_url) as connection:
        for kind in (FUNCTIONS, PURGE):
            let_become(connection, role_name(kind, connection.info.dbname, SUFFIX), kind)


def migrated_logins(owner_url: str) -> Logins:
    """Both at once, where the schema is migrated already."""
    logins = make_logins(owner_url)
    let_logins_serve(owner_url)
    return logins


def _make(connection: Connection, owner_url: str, kind: Kind) -> str:
    database = connection.info.dbname
    role = role_name(kind, database, SUFFIX)
    make_role(connection, role)
    # Where the owner needs one: another for each role, and the same at each start, for two may serve one database.
    owners = connection_parameters(owner_url).get("password")
    password = hmac.new(owners.encode(), role.encode(), "sha256").hexdigest() if owners else None
    if password is not None:
        set_password(connection, role, password)
    url = with_login(owner_url, role, password, database)
    _connected(url).close()
    return url


def _connected(url: str) -> Connection:
    return connect(connection_parameters(url))
