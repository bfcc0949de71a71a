"""Every statement of every table finds its rows by an index that begins with the user, and reads no more than it may.

What test_bounds.py sees in the server's statistics, of the requests that there are, is seen here in the plan of each
statement, those inside of the database's functions and of its foreign keys included.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from local.postgres.server import EmbeddedPostgres
from local.resources import stores, tables
from migrations.functions.batch import MOST_CLIENTS
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.database.session import Session
from shared.core.database.statement import Statement
from shared.core.deadline import Deadline
from shared.core.environment import environment
from shared.core.resource.export import PAGE_ROWS, ExportCursor
from shared.purge import purge
from shared.tables.export import EXPORT
from tests.api import Answer, Api
from tests.integration.resource.crowded import OTHERS, PAGE, QUOTA, crowded, may_read_all
from tests.integration.resource.plans import Plans, Scan, explained, statements
from tests.resources import RESOURCES, Client, Resource, item_for, requests_of

pytestmark = pytest.mark.heavy

NAME = "plans"
BUSY, ROOM = 10, 500
# After five runs with the values at hand a function of the database may take one plan for all values.
RUNS = 7
# A first batch of a client looks which of the user's clients are too many, and which of them to keep.
CLIENTS = 2 * (MOST_CLIENTS + 1)
# Modules of tables that are no resource's; a test here runs what is in each.
ACCOUNT, PURGE, EXPORTED = "account", "days", "export"

# Of what a user may have, as a deletion of all reads it: the rows themselves; the tombstones that there were and those
# that come, to find the oldest; these once more, of which the oldest make room: where that is half of them, the planner
# reads all; and for each tombstone that comes what its two foreign keys look up, its user and its day.
SCANS_OF_THE_WHOLE = 7


@pytest.fixture(scope="module")
def crowd(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    with crowded(postgres, NAME, migrated_template, busy=BUSY, room=ROOM) as url:
        yield url


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQL of what was run."""
    found, run = list[str](), Session.run

    def noting(session: Session, statement: Statement, parameters: Mapping[str, Any]) -> Any:
        found.append(statement.sql)
        return run(session, statement, parameters)

    monkeypatch.setattr(Session, "run", noting)
    return found


@pytest.fixture
def plans(crowd: str, postgres: EmbeddedPostgres, ran: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Plans]:
    """Of the connection that the functions have."""
    monkeypatch.setenv("DATABASE_URL", crowd)
    monkeypatch.setenv("AUTH_SECRET", DEVELOPMENT_SECRET)
    monkeypatch.setenv("RATE_LIMIT_PER_MINUTE", "999999")
    found = Plans()
    with psycopg.connect(postgres.url(NAME), autocommit=True) as superuser, explained(superuser):
        environment().connections.get(Deadline.after(9)).add_notice_handler(found.note)
        yield found


def unbounded(scans: list[Scan]) -> list[Scan]:
    """Those that would read more with each row of others."""
    return [scan for scan in scans if not (scan.is_by_index and (scan.table not in tables() or names_user(scan)))]


def names_user(scan: Scan) -> bool:
    return "user_id" in scan.condition or scan.table == "users"


def check(scans: list[Scan], most: int, what: Any) -> None:
    assert scans, what
    assert unbounded(scans) == [], what
    largest = sorted(scans, key=lambda scan: scan.rows)[-2:]
    assert sum(scan.rows for scan in scans) <= most + OTHERS, (what, largest)


def test_each_statement_of_a_resource_is_bounded(plans: Plans, ran: list[str], resource: Resource) -> None:
    client = Client(resource, Api(f"u{1 + RESOURCES.index(resource)}"))
    client.created()
    check_orders(client, plans)
    for name, send in requests_of(client).items():
        many = may_read_all(name, resource)
        for number in range(1 if many else RUNS):
            item = item_for(client, name, number)
            plans.taken()
            assert send(item).status in (200, 201, 204), name
            most = QUOTA * SCANS_OF_THE_WHOLE if many else PAGE + (CLIENTS if name == "batch" else 0)
            check(plans.taken(), most, name)

    own = statements()[resource.store.name]
    assert [name for name, statement in own.items() if statement.sql not in ran] == []


def check_orders(client: Client, plans: Plans) -> None:
    """Each order of the list, with each filter, from the beginning and from a cursor."""
    filters = [{}, *({name: values[0]} for name, values in client.resource.filters.items())]
    for sort, chosen in ((sort, chosen) for sort in client.resource.sorts for chosen in filters):
        cursor = client.page(**chosen, sort=sort, limit=5).json["meta"]["next_cursor"]
        for query in ({}, {"cursor": cursor} if cursor else {}):
            plans.taken()
            assert client.page(**chosen, sort=sort, limit=5, **query).status == 200
            check(plans.taken(), QUOTA, (sort, chosen, query))


def test_the_account_is_read_and_goes_by_its_user(plans: Plans, ran: list[str]) -> None:
    api = Api(f"u{BUSY}")
    assert api.call("get_me", "GET", "/me").status == 200
    check(plans.taken(), 1, "get_me")
    assert api.call("delete_me", "DELETE", "/me").status == 204

    scans = plans.taken()
    assert {scan.table for scan in scans} >= {store.name for store in stores()}
    assert unbounded(scans) == []
    assert {statement.sql for statement in statements()[ACCOUNT].values()} <= set(ran)


def test_a_page_of_the_export_reads_a_page(plans: Plans, ran: list[str]) -> None:
    """All of a user with as much of everything as may be, and from the first key of each table on."""
    api, answer = Api("u9"), export_of(Api("u9"))
    counts = Counter(row["table"] for row in answer.data)
    check(plans.taken(), PAGE_ROWS + 1, "the first page")
    while cursor := answer.json["meta"]["next_cursor"]:
        answer = export_of(api, cursor)
        counts.update(row["table"] for row in answer.data)
        check(plans.taken(), PAGE_ROWS + 1, "a page")
    assert counts == {name: counts[name] for name in tables()}
    assert counts.total() > QUOTA * 2
    least = {"UUID": "00000000-0000-0000-0000-000000000000", "TEXT": ""}
    for number, table in enumerate(EXPORT.tables):
        key = tuple(least[sql_type] for sql_type in table.key)
        assert export_of(api, EXPORT.encoded(ExportCursor(number, key), "u9")).status == 200
        check(plans.taken(), PAGE_ROWS + 1, table.name)

    assert {statement.sql for statement in statements()[EXPORTED].values()} <= set(ran)


def export_of(api: Api, cursor: str | None = None) -> Answer:
    return api.call("export_me", "GET", "/me/export", query={"cursor": cursor} if cursor else "")


def test_the_purge_finds_what_goes_by_its_day(plans: Plans, ran: list[str], postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.url(NAME)) as superuser:
        superuser.execute("insert into retention.days (day, bucket) values (current_date - 1, 0)")
    plans.taken()
    assert purge(environment().connections, Deadline.after(9)) == 1

    scans = plans.taken()
    assert [scan for scan in scans if not scan.is_by_index and scan.table in tables()] == []
    assert all("expires" in scan.condition for scan in scans if scan.table in tables())
    assert {statement.sql for statement in statements()[PURGE].values()} <= set(ran)


def test_no_statement_is_left_out() -> None:
    assert statements().keys() == {*(store.name for store in stores()), ACCOUNT, PURGE, EXPORTED}


def test_a_scan_of_what_others_have_would_be_seen(plans: Plans, postgres: EmbeddedPostgres, resource: Resource) -> None:
    with psycopg.connect(postgres.url(NAME)) as superuser:
        superuser.add_notice_handler(plans.note)
        superuser.execute(f"select count(*) from {resource} where user_id || '' = 'u1'".encode())
        superuser.execute(f"select count(*) from {resource} where user_id = 'u1'".encode())

    bad, good = plans.taken()
    assert unbounded([bad, good]) == [bad]
    assert unbounded([replace(good, condition="(id = 1)")]) != []
