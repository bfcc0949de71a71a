"""The database that `make dev` serves: who migrates it, and as whom the functions log in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, NamedTuple

import psycopg

from local.doctor.meaning import explain
from local.login.developer import let_logins_serve, make_logins
from local.postgres.developer import developer_database
from local.tokens.auth_settings import names_no_key
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.database.conninfo import connection_parameters, is_local
from shared.core.database.settings import load_database_settings


class ServedError(Exception):
    """The database that DATABASE_URL names is not served; the text is for the developer."""


class Served(NamedTuple):
    """`owner` migrates, `functions` is what the functions connect with; `remote` is taken as it is."""

    owner: str
    functions: str
    origin: Literal["embedded", "given", "remote"]

    @property
    def has_login(self) -> bool:
        """One that is made here."""
        return self.origin != "remote" and self.functions != self.owner

    def let_serve(self) -> None:
        """Once it is migrated.

        Raises:
            ServedError: the owner may not hand on the role that requests run as.
        """
        try:
            if self.has_login:
                let_logins_serve(self.owner)
        except psycopg.Error as error:
            raise ServedError(f"the functions cannot log in: {explain(error)}") from None


@contextmanager
def served_database(environ: Mapping[str, str], *, remote: bool) -> Iterator[Served]:
    """The embedded database, or the one that DATABASE_URL names; not migrated yet."""
    with developer_database(environ) as url:
        if remote:
            yield Served(url, environ.get("FUNCTIONS_DATABASE_URL", "").strip() or url, "remote")
        elif environ.get("DATABASE_URL", "").strip():
            yield Served(url, _login_or_owner(url), "given")
        else:
            yield Served(url, make_logins(url).functions, "embedded")


def _login_or_owner(url: str) -> str:
    """A server that lets in nobody but its owner, by the name of the operating system's user say, is served as him."""
    try:
        return make_logins(url).functions
    except psycopg.Error:
        return url


def names_remote_database(environ: Mapping[str, str]) -> bool:
    """Whether DATABASE_URL, left in the environment perhaps, names a database on another machine.

    Raises:
        ServedError: it does, and it was not said that it is meant, or tokens would be those that anybody can
            sign.
        ConfigurationError: it cannot be read.
    """
    if not environ.get("DATABASE_URL", "").strip():
        return False
    settings = load_database_settings(environ)
    if is_local(connection_parameters(settings.url, sslmode=settings.sslmode)):
        return False
    if environ.get("REMOTE") != "1":
        raise ServedError(
            "DATABASE_URL names a database on another machine. For one of this clone's own: unset DATABASE_URL. "
            "To serve that one, without migrating it: make dev REMOTE=1"
        )
    if names_no_key(environ) or environ.get("AUTH_SECRET") == DEVELOPMENT_SECRET:
        raise ServedError(
            "a database on another machine is not served to tokens of the public development secret: "
            "set AUTH_SECRET, or AUTH_JWKS_URL with its issuer and audience"
        )
    return True
