"""Among a million rows, each request of a caller at the quota reads a page's rows, or no more than the quota."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import Column

from local.postgres.server import EmbeddedPostgres
from local.resources import stores, tables
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.database.quotas import Quotas
from shared.core.deadline import Deadline
from shared.core.environment import environment
from shared.core.resource.changes import ChangesQuery
from shared.core.resource.schemas import PageQuery
from shared.core.sql.columns import RULE
from tests.api import Api
from tests.catalogue.models import rules
from tests.conftest import OWNER
from tests.resources import RESOURCES, Client, Resource, item_for, requests_of

pytestmark = pytest.mark.heavy

QUOTA = Quotas().row_quota
ROOM = 50  # for what the tests make
BUSY = 100  # users with as many rows as may be: a million together
OF_OTHER_TABLES = 10  # users with as many keys and tombstones
USERS = 20_000
# Beside the rows of the page: the owner's, keys', counters', and what foreign keys look up.
OTHERS = 12
PAGE = max(PageQuery().limit, ChangesQuery().limit) + 1
# What changes all of a user's rows finds each again to change it.
OF_THE_WHOLE = 3
# The first of what a column may be: of a list of choices, or of a range.
_ALLOWED = re.compile(r"\{\} (?:in \(('(?:[^']|'')*')|between (-?[0-9]+))")
# Written by themselves, whatever the tables are: the rows of `busy` users, in one statement each.
_ROWS = """
insert into {table} ({columns}) select {values} from generate_series(1, {busy}) u, generate_series(1, {rows}) n
"""
_READ = """
select relname, coalesce(seq_scan, 0), coalesce(seq_tup_read, 0) from pg_stat_user_tables where schemaname = 'public'
"""
_READ_BY_INDEX = "select indexrelname, idx_tup_read from pg_stat_user_indexes where schemaname = 'public'"


def value_of(column: Column[Any], sql_type: str) -> str:
    """A value in SQL, in terms of the user `u` and the number `n`; few of a boolean are true."""
    allowed = _ALLOWED.match(column.info.get(RULE, ""))
    by_type = {
        "uuid": "uuidv7()",
        "boolean": "n % 1000 = 0",
        "text": allowed[1] if allowed and allowed[1] else "chr(97 + n % 26)",
        "integer": allowed[2] if allowed and allowed[2] else "1",
        "bigint": "n",
        "smallint": "0",
        "jsonb": "'{}'",
        "date": "current_date + 1",
        "timestamp with time zone": "now()",
    }
    own = {"user_id": "'u' || u", "key": "n::text", "collection": f"'{stores()[0].name}'"}
    return own.get(column.name) or by_type[sql_type]


@contextmanager
def without_indexes(connection: psycopg.Connection, table: str) -> Iterator[None]:
    """They are made in half the time afterwards."""
    key = f"select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = '{table}'::regclass"
    ((name, definition),) = connection.execute(f"{key} and contype = 'p'".encode()).fetchall()
    query = (
        f"select indexrelid::regclass, pg_get_indexdef(indexrelid) from pg_index where indrelid = '{table}'::regclass"
    )
    others = connection.execute(f"{query} and not indisprimary".encode()).fetchall()
    for statement in (f"alter table {table} drop constraint {name}", *(f"drop index {index}" for index, _ in others)):
        connection.execute(statement.encode())
    yield
    connection.execute(f"alter table {table} add constraint {name} {definition}".encode())
    for _, statement in others:
        connection.execute(statement.encode())


def fill(connection: psycopg.Connection) -> None:
    connection.execute("set session_replication_role = replica")
    connection.execute(
        f"insert into users (id, revision) select 'u' || n, {QUOTA} from generate_series(1, {USERS}) n".encode()
    )
    for store in stores():
        connection.execute(f"update users set {store.name} = {QUOTA - ROOM}".encode())
    for name, table in tables().items():
        if name in ("users", "rate_limits"):
            continue
        query = """select attname, format_type(atttypid, null) from pg_attribute
          where attrelid = %s::regclass and attnum > 0 and not attisdropped"""
        kinds: dict[str, str] = dict(connection.execute(query, (name,)).fetchall())
        chosen = {c.name: value_of(c, kinds[c.name]) for c in table.columns if not c.nullable}
        # Checks between columns are not what is tested.
        for (check,) in connection.execute(
            "select conname from pg_constraint where conrelid = %s::regclass and contype = 'c'", (name,)
        ).fetchall():
            connection.execute(f"alter table {name} drop constraint {check}".encode())
        busy, rows = (BUSY, QUOTA - ROOM) if name in {store.name for store in stores()} else (OF_OTHER_TABLES, QUOTA)
        values = {"columns": ", ".join(chosen), "values": ", ".join(chosen.values()), "busy": busy, "rows": rows}
        with without_indexes(connection, name):
            connection.execute(_ROWS.format(table=name, **values).encode())
    connection.execute("analyze")


@pytest.fixture(scope="module")
def million(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    postgres.create_database("million", OWNER, template=migrated_template)
    with psycopg.connect(postgres.url("million"), autocommit=True) as connection:
        fill(connection)
    yield postgres.url("million", OWNER)
    postgres.drop_database("million")


class Reads:
    """What a request reads, by the server's own statistics; nobody else is connected but who asks for them."""

    def __init__(self, superuser: psycopg.Connection) -> None:
        self.superuser = superuser

    def now(self) -> Mapping[str, int]:
        for connection in (environment().connections.get(Deadline.after(9)), self.superuser):
            connection.execute("select pg_stat_force_next_flush()")
        self.superuser.execute("select pg_stat_clear_snapshot()")
        by_index: dict[str, int] = dict(self.superuser.execute(_READ_BY_INDEX).fetchall())
        scans = {f"seq scans of {name}": scans for name, scans, _ in self.superuser.execute(_READ)}
        return by_index | scans


@pytest.fixture
def reads(million: str, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reads]:
    monkeypatch.setenv("DATABASE_URL", million)
    monkeypatch.setenv("AUTH_SECRET", DEVELOPMENT_SECRET)
    monkeypatch.setenv("RATE_LIMIT_PER_MINUTE", "0")
    with psycopg.connect(postgres.url("million"), autocommit=True) as connection:
        yield Reads(connection)


def difference(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {name: count - before[name] for name, count in after.items() if count != before[name]}


def may_read_all(request: str, resource: Resource) -> bool:
    """Counts of what is filtered, searches, orders without an index, changes of many: all that one user has."""
    by_text = {f"sort by {sort}" for sort in resource.sorts if sort not in PageQuery.sorts()}
    return "filter" in request or request in {"search", *by_text, *resource.collective}


def test_each_request_reads_no_more_than_its_page_or_the_quota(reads: Reads, resource: Resource) -> None:
    client = Client(resource, Api(f"u{11 + RESOURCES.index(resource)}"))  # keys are a user's, not a resource's
    client.created()
    for name, send in requests_of(client).items():
        item = item_for(client, name, 1)
        before = reads.now()

        answer = send(item)

        read = difference(before, reads.now())
        most = QUOTA * OF_THE_WHOLE if may_read_all(name, resource) else PAGE
        assert answer.status in (200, 201, 204), (name, answer.text)
        assert [scan for scan in read if scan.startswith("seq")] == [], name
        assert sum(read.values()) <= most + OTHERS, (name, read)
        if name.startswith("delete all"):
            # As the server does after a while: till then, indexes have what has gone, and plans not what has come.
            reads.superuser.execute(f"vacuum (analyze, index_cleanup on) {resource}, deletions".encode())


def test_a_page_in_the_midst_reads_a_page(reads: Reads, resource: Resource) -> None:
    client = Client(resource, Api("u8"))
    for filters in ({}, *({name: values[0]} for name, values in resource.filters.items())):
        cursor = client.page(**filters, limit=5).json["meta"]["next_cursor"]
        before = reads.now()

        client.page(**filters, **({"cursor": cursor} if cursor else {}))

        read = difference(before, reads.now())
        assert [scan for scan in read if scan.startswith("seq")] == []
        assert sum(read.values()) <= PAGE + OTHERS, (filters, read)


def test_what_the_owners_row_counts_is_not_counted_again(reads: Reads, resource: Resource) -> None:
    client = Client(resource, Api("u10"))
    client.page()
    for column in rules(resource.store).counted:
        for value in (True, False):
            before = reads.now()
            client.page(count=True, limit=1, **{column: value})

            assert sum(difference(before, reads.now()).values()) <= OTHERS, (column, value)


def test_the_account_reads_its_row(reads: Reads) -> None:
    Api("u9").call("get_me", "GET", "/me")
    before = reads.now()

    assert Api("u9").call("get_me", "GET", "/me").status == 200

    assert difference(before, reads.now()) == {"users_pkey": 1}


def test_a_sequential_scan_would_be_seen(reads: Reads, resource: Resource) -> None:
    client = Client(resource, Api("u7"))
    client.page()
    before = reads.now()

    reads.superuser.execute(f"select count(*) from {resource} where user_id || '' = 'u7'".encode())

    assert f"seq scans of {resource}" in difference(before, reads.now())
