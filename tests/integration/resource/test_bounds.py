"""Among a million rows, each request of a caller at the quota reads a page's rows, or no more than the quota."""

from collections.abc import Iterator, Mapping

import psycopg
import pytest

from local.postgres.server import EmbeddedPostgres
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.deadline import Deadline
from shared.core.environment import environment
from shared.core.resource.export import PAGE_ROWS
from tests.api import Api
from tests.catalogue.models import rules
from tests.integration.resource.crowded import OF_THE_WHOLE, OTHERS, PAGE, QUOTA, crowded, may_read_all
from tests.resources import RESOURCES, Client, Resource, item_for, requests_of

pytestmark = pytest.mark.heavy

_READ = """
select relname, coalesce(seq_scan, 0), coalesce(seq_tup_read, 0) from pg_stat_user_tables where schemaname = 'public'
"""
_READ_BY_INDEX = "select indexrelname, idx_tup_read from pg_stat_user_indexes where schemaname = 'public'"


@pytest.fixture(scope="module")
def million(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    with crowded(postgres, "million", migrated_template) as url:
        yield url


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


def test_a_page_of_the_export_reads_a_page(reads: Reads) -> None:
    api, cursor = Api("u6"), ""
    api.call("get_me", "GET", "/me")
    for _ in range(3):
        before = reads.now()

        answer = api.call("export_me", "GET", "/me/export", query=cursor)

        read = difference(before, reads.now())
        assert len(answer.data) == PAGE_ROWS
        assert [scan for scan in read if scan.startswith("seq")] == []
        assert sum(read.values()) <= PAGE_ROWS + 1 + OTHERS, read
        cursor = f"cursor={answer.json['meta']['next_cursor']}"


def test_a_sequential_scan_would_be_seen(reads: Reads, resource: Resource) -> None:
    client = Client(resource, Api("u7"))
    client.page()
    before = reads.now()

    reads.superuser.execute(f"select count(*) from {resource} where user_id || '' = 'u7'".encode())

    assert f"seq scans of {resource}" in difference(before, reads.now())
