"""`python -m local doctor`: is this DATABASE_URL one that the functions can serve from?"""

import statistics
import time
from collections.abc import Iterator, Mapping

import psycopg
from psycopg import errors
from psycopg.rows import DictRow, dict_row

from local.doctor.finding import Finding, bad, good, note
from local.doctor.login import login_of_functions
from local.doctor.meaning import explain
from local.postgres.developer import cannot_migrate
from local.resources import tables
from local.revisions import newest_revision, revisions
from shared.core.database.conninfo import connection_parameters, database_url_faults, direct_url, is_local

LEAST_VERSION = 160000
_PROBES = 7
_SLOW_MS = 20

# By the catalogue, for whoever serves cannot see into the schema before it has taken its role.
_IN_PUBLIC = "from pg_class c join pg_namespace n on n.oid = relnamespace and nspname = 'public'"
_IS_NEW = f"select not exists (select {_IN_PUBLIC} where relname = 'alembic_version') as new"
_SECURITY = f"""
select (select array_agg(relname::text order by relname) {_IN_PUBLIC}
    where relname = any(%(tables)s) and relrowsecurity and relforcerowsecurity) as forced,
  exists (select from pg_roles where rolname = 'tasks_api') as has_role,
  coalesce((select pg_has_role(current_user, oid, 'set') from pg_roles where rolname = 'tasks_api'), false) as may_set
from pg_roles r where r.rolname = current_user
"""  # noqa: S608  # texts of ours


def examine_database(url: str, sslmode: str | None = None, *, owner_url: str | None = None) -> Iterator[Finding]:
    """Findings in the order in which things can be wrong; ends at the first that makes the rest pointless.

    `owner_url`: `url` is what the functions connect with, and this one, if it is not empty, is asked what was migrated.
    """
    if faults := database_url_faults(url):
        yield from map(bad, faults)
        return
    parameters = connection_parameters(url, sslmode=sslmode)
    yield good(
        f"the URL can be read: host {parameters['host']}, database {parameters.get('dbname', '(the user name)')}"
    )
    yield _pooling(url)
    started = time.perf_counter()
    try:
        connection = psycopg.connect(
            "",
            autocommit=True,
            prepare_threshold=None,
            row_factory=dict_row,
            **parameters,  # type: ignore[arg-type]
        )
    except psycopg.Error as error:
        yield bad(f"cannot connect: {explain(error)}")
        return
    with connection:
        yield good(f"connected in {(time.perf_counter() - started) * 1000:.0f} ms")
        yield _encryption(connection, parameters)
        yield _version(connection)
        yield _migrations_by(owner_url, sslmode) if owner_url else _migrations(connection)
        yield from _security(connection, stands_in=owner_url is None and is_local(parameters))
        yield from _costs(connection)


def _pooling(url: str) -> Finding:
    if direct_url(url) != url:
        return good("pooled (Neon's -pooler host); migrations go to the direct host by themselves")
    if is_local(connection_parameters(url)):
        return note("direct: a server on this machine")
    return note("direct: each execution environment takes a server connection; on Neon use the -pooler host")


def _encryption(connection: psycopg.Connection[DictRow], parameters: Mapping[str, str]) -> Finding:
    if connection.pgconn.ssl_in_use:
        how = "the server is verified" if parameters["sslmode"] == "verify-full" else "the server is NOT verified"
        text = f"encrypted (sslmode={parameters['sslmode']}, negotiation {parameters['sslnegotiation']}): {how}"
        return good(text) if parameters["sslmode"] == "verify-full" else bad(text)
    return note("not encrypted: right for this machine only") if is_local(parameters) else bad("not encrypted")


def _version(connection: psycopg.Connection[DictRow]) -> Finding:
    version = connection.info.server_version
    name = f"PostgreSQL {version // 10000}.{version % 10000}"
    return (
        good(name)
        if version >= LEAST_VERSION
        else bad(f"{name}: 16 or later is needed, for roles that are granted without being inherited")
    )


def _migrations_by(owner_url: str, sslmode: str | None) -> Finding:
    """As the owner, whom DATABASE_URL names: the functions may not look."""
    if faults := database_url_faults(owner_url):
        return bad(faults[0])
    parameters = connection_parameters(direct_url(owner_url), sslmode=sslmode)
    try:
        with psycopg.connect("", autocommit=True, row_factory=dict_row, **parameters) as connection:  # type: ignore[arg-type]
            return _migrations(connection)
    except psycopg.Error as error:
        return bad(f"the owner cannot connect: {explain(error)}")


def _migrations(connection: psycopg.Connection[DictRow]) -> Finding:
    newest = newest_revision()
    if connection.execute(_IS_NEW).fetchone() == {"new": True}:
        return bad("no migration was applied: make migrate DATABASE_URL=...")
    try:
        row = connection.execute("select max(version_num) as revision from public.alembic_version").fetchone()
    except errors.InsufficientPrivilege:
        return note("this user may not read which migrations were applied: ask as the user that migrates")
    applied = row["revision"] if row else None
    if applied is not None and applied not in revisions():
        return bad(cannot_migrate(applied))
    if applied != newest:
        return bad(f"migrated to {applied}, this code needs {newest}: make migrate DATABASE_URL=...")
    return good(f"migrated to {applied}, the newest")


def _security(connection: psycopg.Connection[DictRow], *, stands_in: bool) -> Iterator[Finding]:
    names = sorted(tables())
    row = connection.execute(_SECURITY, {"tables": names}).fetchone()
    if row is None:
        return
    if not row["has_role"]:
        yield bad("the role tasks_api is missing: every request will fail until the migrations have run")
    elif not row["may_set"]:
        yield bad("this user may not become tasks_api: `make -s login`, as the owner, prints the URL of one that may")
    else:
        yield good("each batch can take the role tasks_api")
        yield login_of_functions(connection, stands_in=stands_in)
    if open_tables := [name for name in names if name not in (row["forced"] or [])]:
        yield bad(f"row-level security is not forced everywhere: it is missing for {', '.join(open_tables)}")
    else:
        yield good(f"row-level security is on and forced for {', '.join(names)}")


def _costs(connection: psycopg.Connection[DictRow]) -> Iterator[Finding]:
    samples = []
    for _ in range(_PROBES):
        started = time.perf_counter()
        connection.execute("select")
        samples.append((time.perf_counter() - started) * 1000)
    trip = statistics.median(samples)
    text = f"a round trip takes {trip:.1f} ms (median of {_PROBES}), and a warm request costs one"
    yield good(text) if trip < _SLOW_MS else bad(f"{text}: put the functions into the database's region")
