"""The scheduled purge: past days go with what refers to them, in pieces, by a role that can do nothing else."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from functions.purge import handler
from local.login.role import PURGE
from local.postgres.server import EmbeddedPostgres
from local.resources import tables
from shared import purge
from shared.core.errors import ServiceUnavailable
from tests.api import Api, LambdaContext
from tests.conftest import database_of, login_url
from tests.integration.kept import lose_an_attempt
from tests.minutes import Counter

SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
# In days from now: a row goes on the day that it names.
PAST = (0, -1, -40)
TO_COME = (1, 2, 92)
USERS = {"alice": 3, "bob": 4}  # and a bucket for each
EXPIRING = sorted(name for name, table in tables().items() if "expires" in table.columns)
# What the documents promise: a key is good for 24 hours, a tombstone and a client for 91 days, a counter for a minute,
# the name of a lost attempt for a day.
LEAST_LIFETIME = {
    "idempotency_keys": timedelta(hours=24),
    "deletions": timedelta(days=91),
    "rate_limits": timedelta(minutes=1),
    "lost_attempts": timedelta(days=1),
    "sync_clients": timedelta(days=91),
}
INSERTS = {
    "idempotency_keys": "(expires, bucket, user_id, key, request_hash, response) values ({}, %(user)s, %(n)s, '', '7')",
    "deletions": "(expires, bucket, user_id, collection, id, revision, number, content)"
    " values ({}, %(user)s, 'x', uuidv7(), %(n)s, 1, '7')",
    "sync_clients": "(expires, bucket, user_id, collection, client_id, seq, request_hash, results)"
    " values ({}, %(user)s, 'x', uuidv7(), %(n)s, '', '7')",
    "lost_attempts": "(expires, bucket, user_id, attempt) values ({}, %(user)s, md5(%(n)s::text)::uuid)",
    "rate_limits": "(expires, bucket, user_id, window_start, requests) values ({}, %(user)s || %(n)s, now(), 7)",
}


@pytest.fixture
def purge_url(postgres: EmbeddedPostgres, served: str) -> str:
    return login_url(postgres, database_of(served), PURGE)


@pytest.fixture
def rows(
    superuser: psycopg.Connection, alice: Api, bob: Api, purge_url: str, monkeypatch: pytest.MonkeyPatch
) -> psycopg.Connection:
    """A row of each user in each table that expires, for each of these days, and a task; what runs from here on logs
    in as the purge."""
    for api in (alice, bob):
        api.created()
    for table in EXPIRING:
        superuser.execute(f"delete from {table}".encode())
    superuser.execute("delete from retention.days")
    for user, bucket in USERS.items():
        for days in (*PAST, *TO_COME):
            piece = f"current_date + {days}, {bucket}"
            superuser.execute(f"insert into retention.days values ({piece})".encode())
            for table in EXPIRING:
                statement = f"insert into {table} {INSERTS[table].format(piece)}"
                superuser.execute(statement.encode(), {"user": user, "n": str(100 + days)})
    monkeypatch.setenv("DATABASE_URL", purge_url)
    return superuser


@pytest.fixture
def as_purge(purge_url: str, rows: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """The role of the purge, become by the role that the purge logs in as."""
    with psycopg.connect(purge_url, autocommit=True) as connection:
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(purge.ROLE)))
        yield connection


def days_of(connection: psycopg.Connection, table: str) -> list[tuple[int, ...]]:
    query = f"select expires - current_date, count(*) from {table} group by 1 order by 1"
    return [tuple(row) for row in connection.execute(query.encode())]


def test_what_is_past_goes_and_what_is_to_come_stays(rows: psycopg.Connection, alice: Api) -> None:
    assert all(len(days_of(rows, table)) == len((*PAST, *TO_COME)) for table in EXPIRING)

    purged = handler(SCHEDULED, LambdaContext())

    assert purged == {"buckets": len(USERS) * len(PAST)}
    for table in EXPIRING:
        assert days_of(rows, table) == [(days, len(USERS)) for days in TO_COME]
    assert len(alice.list().data) == 1


def test_a_second_run_finds_nothing(rows: psycopg.Connection) -> None:
    handler(SCHEDULED, LambdaContext())

    assert handler(SCHEDULED, LambdaContext()) == {"buckets": 0}


def test_each_piece_stays_done_when_a_later_one_fails(rows: psycopg.Connection) -> None:
    # Given a database that allows two pieces, as one that goes away would
    rows.execute(
        """create function two_steps() returns trigger language plpgsql security definer as $$
           begin
             if (select count(*) from retention.days) < 10 then
               raise exception 'out of resources' using errcode = '53000';
             end if;
             return null;
           end $$"""
    )
    rows.execute("create trigger two_steps after delete on retention.days execute function two_steps()")
    # When it runs
    purged = handler(SCHEDULED, LambdaContext())
    # Then these are done and counted, the oldest first, and the third is not
    assert purged == {"buckets": 2}
    assert rows.execute("select count(*), min(day - current_date) from retention.days").fetchone() == (10, -1)


@pytest.mark.parametrize("table", EXPIRING)
def test_what_is_written_now_outlives_what_is_promised(alice: Api, superuser: psycopg.Connection, table: str) -> None:
    alice.delete(alice.create({"title": "x"}, headers={"idempotency-key": "k"}).data["id"])
    batch = {"client_id": str(uuid4()), "seq": 1, "operations": [{"op": "delete", "id": str(uuid4())}]}
    alice.call("batch_tasks", "POST", "/tasks/batch", body=batch)
    lose_an_attempt(partial(alice.update, alice.created()["id"], {"title": "y"}))

    ((expires,),) = superuser.execute(f"select expires from {table}".encode()).fetchall()

    now = datetime.now(UTC)
    goes = datetime(expires.year, expires.month, expires.day, tzinfo=UTC)
    assert timedelta(0) <= goes - now - LEAST_LIFETIME[table] <= timedelta(days=2)


def test_a_counter_that_is_in_use_is_put_off(alice: Api, superuser: psycopg.Connection) -> None:
    counter = Counter(superuser)
    alice.list()
    superuser.execute("insert into retention.days select current_date, bucket from rate_limits")
    superuser.execute("update rate_limits set expires = current_date")

    alice.list()

    assert superuser.execute("select expires - current_date from rate_limits").fetchall() == [(2,)]
    assert counter.requests == 2


def test_it_needs_the_database_and_no_other_setting(
    rows: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    monkeypatch.delenv("AUTH_SECRET")

    purged = handler(SCHEDULED, LambdaContext())

    (line,) = [json.loads(text) for text in log.getvalue().splitlines()]
    assert (line["message"], {name: line[name] for name in purged}) == ("purged", purged)


@pytest.mark.parametrize(
    "statement",
    [
        *(f"select * from {table}" for table in [*tables(), "alembic_version"]),
        *(f"delete from {table}" for table in tables()),
        *(f"truncate {table}" for table in [*tables(), "retention.days"]),
        *(f"select * from {table} for update" for table in tables()),
        "insert into retention.days values (current_date - 1, 0)",
        "update retention.days set day = current_date - 1",
        "select public.create_task('{}', null, null, null, null, 1, 1)",
        "select public.count_request(1)",
        "select retention.bucket_of(current_date)",
        "create table public.x ()",
        "create table retention.x ()",
    ],
)
def test_the_role_can_do_nothing_else(as_purge: psycopg.Connection, statement: str) -> None:
    as_purge.execute("select set_config('app.user_id', 'alice', false), set_config('search_path', 'public', false)")

    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable)):  # it sees no such table
        as_purge.execute(statement.encode())


def test_the_role_sees_and_deletes_no_day_to_come(as_purge: psycopg.Connection, rows: psycopg.Connection) -> None:
    past = len(USERS) * len(PAST)
    assert as_purge.execute("select count(*) from retention.days").fetchone() == (past,)
    assert as_purge.execute("delete from retention.days").rowcount == past
    assert rows.execute("select count(*) from retention.days").fetchone() == (len(USERS) * len(TO_COME),)


def test_it_does_so_in_any_time_zone(as_purge: psycopg.Connection, rows: psycopg.Connection) -> None:
    for zone in ("XXX-167", "XXX+167", "Pacific/Kiritimati"):
        as_purge.execute(f"set timezone = '{zone}'".encode())
        assert as_purge.execute("select count(*) from retention.days").fetchone() == (len(USERS) * len(PAST),)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into retention.days values (current_date, 0)",  # gone before it is of use
        "select * from retention.days",
        "update retention.days set day = current_date",
        "delete from retention.days",
        "truncate retention.days",
    ],
)
def test_who_serves_makes_days_to_come_and_nothing_else(served: str, statement: LiteralString) -> None:
    with psycopg.connect(served, autocommit=True) as connection:
        connection.execute("set role tasks_api")
        connection.execute("insert into retention.days values (current_date + 1, 0)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_it_runs_as_that_role(rows: psycopg.Connection) -> None:
    rows.execute("revoke delete on retention.days from tasks_purge")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        handler(SCHEDULED, LambdaContext())


def test_a_defect_is_an_error_of_the_function(rows: psycopg.Connection) -> None:
    """Nobody answers for it over HTTP, so Lambda must see it: an error is what the alarm counts."""
    rows.execute("drop table retention.days cascade")

    with pytest.raises(psycopg.errors.UndefinedTable):
        handler(SCHEDULED, LambdaContext())


def test_a_database_out_of_reach_is_an_error_of_the_function(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")

    with pytest.raises(ServiceUnavailable):
        handler(SCHEDULED, LambdaContext(remaining_ms=2500))
