"""A million rows: what the statements of one caller have to find theirs among."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Column, FromClause

from local.postgres.server import EmbeddedPostgres
from local.resources import stores, tables
from migrations.functions.batch import MOST_CLIENTS
from shared.core.database.quotas import Quotas
from shared.core.resource.changes import ChangesQuery
from shared.core.resource.schemas import PageQuery
from shared.core.sql.columns import RULE
from tests.conftest import OWNER
from tests.indexes import without_indexes
from tests.resources import Resource

QUOTA = Quotas().row_quota
ROOM = 50  # for what the tests make
BUSY = 100  # users with as many rows as may be: a million together, unless it is said otherwise
OF_OTHER_TABLES = 10  # users with as many keys and tombstones
USERS = 20_000
# Beside the rows of the page: the owner's, keys', counters', and what foreign keys look up.
OTHERS = 12
PAGE = max(PageQuery().limit, ChangesQuery().limit) + 1
# What changes all of a user's rows finds each again to change it.
OF_THE_WHOLE = 3
# The first of what a column may be: of a list of choices, or of a range.
_ALLOWED = re.compile(r"\{\} (?:in \(('(?:[^']|'')*')|between (-?[0-9]+))")
# As many as there are at once: foreign keys look them up.
_DAYS = """
insert into retention.days (day, bucket)
  select current_date + d, b from generate_series(1, 92) d, generate_series(0, 31) b on conflict do nothing
"""
# Written by themselves, whatever the tables are: the rows of `busy` users, in one statement each.
_ROWS = """
insert into {table} ({columns}) select {values} from generate_series(1, {busy}) u, generate_series(1, {rows}) n
"""


def value_of(column: Column[Any], sql_type: str) -> str:
    """A value in SQL, in terms of the user `u` and the number `n`; few of a boolean are true."""
    allowed = _ALLOWED.match(column.info.get(RULE, ""))
    by_type = {
        "uuid": "uuidv7()",
        "boolean": "n % 1000 = 0",
        "text": allowed[1] if allowed and allowed[1] else "chr(97 + n % 26)",
        "integer": allowed[2] if allowed and allowed[2] else "1",
        "bigint": f"(n - 1) / {len(_collections(column.table))} + 1",
        "smallint": "0",
        "jsonb": "'{}'",
        "date": "current_date + 1",
        "timestamp with time zone": "now()",
    }
    collections = _collections(column.table)
    collection = f"(array[{', '.join(map(repr, collections))}])[n % {len(collections)} + 1]"
    own = {"user_id": "'u' || u", "key": "n::text", "collection": collection}
    return own.get(column.name) or by_type[sql_type]


def drop_checks(connection: psycopg.Connection, table: str) -> None:
    """What the value of one column means for another is not what is tested with many rows."""
    query = "select conname from pg_constraint where conrelid = %s::regclass and contype = 'c'"
    for (check,) in connection.execute(query, (table,)).fetchall():
        connection.execute(f"alter table {table} drop constraint {check}".encode())


def _collections(table: FromClause) -> list[str]:
    """Of how many things a table has rows: each may be as many as may be."""
    return [store.name for store in stores()] if "collection" in table.columns else [table.description]


def _fill(connection: psycopg.Connection, busy_users: int, room: int) -> None:
    connection.execute("set session_replication_role = replica")
    connection.execute(
        f"insert into users (id, revision) select 'u' || n, {QUOTA} from generate_series(1, {USERS}) n".encode()
    )
    connection.execute("insert into rate_limits (user_id, window_start, requests) select id, now(), 1 from users")
    for store in stores():
        connection.execute(f"update users set {store.name} = {QUOTA - room}".encode())
    for name, table in tables().items():
        if name in ("users", "rate_limits"):
            continue
        query = """select attname, format_type(atttypid, null) from pg_attribute
          where attrelid = %s::regclass and attnum > 0 and not attisdropped"""
        kinds: dict[str, str] = dict(connection.execute(query, (name,)).fetchall())
        chosen = {c.name: value_of(c, kinds[c.name]) for c in table.columns if not c.nullable}
        drop_checks(connection, name)
        kept = {store.name: QUOTA - room for store in stores()} | {"sync_clients": MOST_CLIENTS}
        busy = busy_users if name in {store.name for store in stores()} else OF_OTHER_TABLES
        rows = kept.get(name, QUOTA) * len(_collections(table))
        values = {"columns": ", ".join(chosen), "values": ", ".join(chosen.values()), "busy": busy, "rows": rows}
        with without_indexes(connection, name):
            connection.execute(_ROWS.format(table=name, **values).encode())
    connection.execute(_DAYS.encode())
    connection.execute("analyze")


@contextmanager
def crowded(server: EmbeddedPostgres, name: str, template: str, busy: int = BUSY, room: int = ROOM) -> Iterator[str]:
    """A database with so many users at their quotas but for some room, from `u1` on; gives its owner's URL."""
    server.create_database(name, OWNER, template=template)
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        _fill(connection, busy, room)
    yield server.url(name, OWNER)
    server.drop_database(name)


def may_read_all(request: str, resource: Resource) -> bool:
    """Counts of what is filtered, searches, orders without an index, changes of many: all that one user has."""
    by_text = {f"sort by {sort}" for sort in resource.sorts if sort not in PageQuery.sorts()}
    return "filter" in request or request in {"search", *by_text, *resource.collective}
