"""The database that local commands work on: the one DATABASE_URL names, or the embedded one of this clone."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from local import ROOT
from local.postgres.server import EmbeddedPostgres

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
