"""The database that local commands work on: the one DATABASE_URL names, or the embedded one of this clone."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import psycopg

from local import ROOT
from local.postgres.connect import connect
from local.postgres.server import EmbeddedPostgres
from local.revisions import newest_revision
from shared.core.database.conninfo import connection_parameters

_HOME = ".local/postgres"
EMBEDDED_HOME = ROOT / _HOME
# Of Neon's shape, so that what works here works there: no superuser, and bound by row security.
OWNER = "tasks_owner"
DATABASE = "tasks"
_UNKNOWN_REVISION = re.compile(r"Can't locate revision identified by '(?P<revision>[^']*)'")


class MigrationError(Exception):
    """Alembic failed; the text is what it said last."""


@contextmanager
def embedded_postgres(*, shared: bool = False) -> Iterator[EmbeddedPostgres]:
    """The developer's server, with the role that owns the databases; `shared` uses one that already runs."""
    with EmbeddedPostgres(EMBEDDED_HOME, shared=shared) as server:
        server.create_role(OWNER)
        yield server


@contextmanager
def developer_database(environ: Mapping[str, str], *, shared: bool = False) -> Iterator[str]:
    """The URL of the developer's database; not migrated yet."""
    given = environ.get("DATABASE_URL", "").strip()
    if given:
        yield given
        return
    with embedded_postgres(shared=shared) as server:
        server.create_database(DATABASE, OWNER)
        yield server.url(DATABASE, OWNER)


Waiting = Callable[[], object]


@contextmanager
def migrating(database_url: str, environ: Mapping[str, str]) -> Iterator[Waiting]:
    """Bring a database to the newest schema as `running_alembic` does, unless that is what it has."""
    if is_newest(database_url, environ.get("DATABASE_SSLMODE")):
        yield lambda: None
    else:
        with running_alembic(database_url, environ, "upgrade", "head") as wait:
            yield wait


@contextmanager
def running_alembic(database_url: str, environ: Mapping[str, str], *arguments: str) -> Iterator[Waiting]:
    """Have Alembic at work while others are; what is given waits for its end.

    That one raises:
        MigrationError: it failed.
    """
    with start_alembic(database_url, environ, *arguments) as process:
        try:
            yield partial(finish_alembic, process)
        finally:
            process.kill()


def is_newest(database_url: str, sslmode: str | None = None) -> bool:
    """Asked in a fiftieth of the time that Alembic takes to see that nothing is to be done."""
    try:
        return applied_revisions(database_url, sslmode) == [newest_revision()]
    except psycopg.Error:
        return False  # Alembic will say what is wrong with it


def applied_revisions(database_url: str, sslmode: str | None = None) -> list[str]:
    """As Alembic keeps them: one, unless it was never asked, or somebody else has written there.

    Raises:
        psycopg.Error: it cannot be asked, or Alembic never was.
    """
    with connect(connection_parameters(database_url, sslmode=sslmode or None)) as connection:
        return [str(number) for (number,) in connection.execute("select version_num from public.alembic_version")]


def start_alembic(database_url: str, environ: Mapping[str, str], *arguments: str) -> "subprocess.Popen[str]":
    """Start Alembic on a database, in a process: it takes half a second to import, in which others can work."""
    return subprocess.Popen(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=ROOT,
        env={**environ, "DATABASE_URL": database_url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish_alembic(process: "subprocess.Popen[str]") -> str:
    """Wait for it; returns what it said.

    Raises:
        MigrationError: it failed.
    """
    try:
        output, _ = process.communicate()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if unknown := _UNKNOWN_REVISION.search(output):
        raise MigrationError(cannot_migrate(unknown["revision"]))
    if process.returncode != 0:
        # The error's own line: hints, the statement and a link come after it.
        lines = [line for line in output.splitlines() if not line[:1].isspace() and "Error" in line]
        raise MigrationError(f"the migration failed: {lines[-1] if lines else output.strip()}")
    return output.strip()


def cannot_migrate(revision: str) -> str:
    """What to do about a database at a revision that is none of ours."""
    return (
        f"the database is at revision {revision} of an earlier release, or of another branch, which this code cannot "
        f"migrate: if it is the embedded one, remove {_HOME} (its data goes), else point "
        "DATABASE_URL at a new database"
    )
