"""The scheduled purge: what has expired goes, in steps, by a role that can do nothing else."""

import io
import json
from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from functions.purge import handler
from shared import purge
from shared.core.errors import ServiceUnavailable
from tests.api import Api, LambdaContext

SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
# What the issue and the migration promise, in other words than theirs.
EXPIRED_KEYS = ("24 hours 1 second", "25 hours", "3 days")
FRESH_KEYS = ("0 seconds", "1 hour", "23 hours 59 minutes")
EXPIRED_COUNTERS = ("1 hour 1 second", "2 hours", "5 hours", "1 day")
FRESH_COUNTERS = ("0 seconds", "59 minutes")
EXPIRED_TOMBSTONES = ("91 days 1 second", "200 days")
FRESH_TOMBSTONES = ("0 seconds", "90 days 23 hours")
# Of two users.
ALL_EXPIRED = {
    "idempotency_keys": 2 * len(EXPIRED_KEYS),
    "rate_limits": 2 * len(EXPIRED_COUNTERS),
    "deletions": 2 * len(EXPIRED_TOMBSTONES),
}


@pytest.fixture
def rows(superuser: psycopg.Connection, alice: Api, bob: Api) -> psycopg.Connection:
    """Keys, counters and tombstones of two users, expired and fresh."""
    for user, api in (("alice", alice), ("bob", bob)):
        api.created()
        superuser.execute("delete from rate_limits where user_id = %s", (user,))
        for age in (*EXPIRED_KEYS, *FRESH_KEYS):
            add_key(superuser, user, age)
        for age in (*EXPIRED_COUNTERS, *FRESH_COUNTERS):
            superuser.execute("insert into rate_limits values (%s, now() - %s::interval, 7)", (user, age))
        for number, age in enumerate((*EXPIRED_TOMBSTONES, *FRESH_TOMBSTONES)):
            superuser.execute(
                "insert into deletions values (%s, 'tasks', gen_random_uuid(), %s, now() - %s::interval)",
                (user, number, age),
            )
    return superuser


@pytest.fixture
def as_purge(served: str, rows: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """The role of the purge, become by the user that the functions connect as."""
    with psycopg.connect(served, autocommit=True) as connection:
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(purge.ROLE)))
        yield connection


def add_key(connection: psycopg.Connection, user: str, age: str) -> None:
    """A key named after its age."""
    connection.execute(
        """insert into idempotency_keys (user_id, key, request_hash, response, created_at)
           values (%(user)s, %(age)s::text, '', '{}', now() - %(age)s::text::interval)""",
        {"user": user, "age": age},
    )


def ages_of_keys(connection: psycopg.Connection) -> list[tuple[str, str]]:
    return connection.execute("select user_id, key from idempotency_keys order by user_id, created_at desc").fetchall()


def count(connection: psycopg.Connection, table: LiteralString) -> int:
    row = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


def test_what_has_expired_goes_and_what_is_fresh_stays(rows: psycopg.Connection, alice: Api) -> None:
    purged = handler(SCHEDULED, LambdaContext())

    assert purged == ALL_EXPIRED
    assert ages_of_keys(rows) == [(user, age) for user in ("alice", "bob") for age in FRESH_KEYS]
    assert count(rows, "rate_limits") == 2 * len(FRESH_COUNTERS)
    assert count(rows, "deletions") == 2 * len(FRESH_TOMBSTONES)
    assert len(alice.list().data) == 1


def test_a_second_run_finds_nothing(rows: psycopg.Connection) -> None:
    handler(SCHEDULED, LambdaContext())

    assert handler(SCHEDULED, LambdaContext()) == dict.fromkeys(ALL_EXPIRED, 0)


@pytest.mark.parametrize("step_rows", [1, 2, 3, 4, 6, 8, 100])
def test_steps_of_any_size_remove_the_same(
    rows: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, step_rows: int
) -> None:
    monkeypatch.setattr(purge, "STEP_ROWS", step_rows)

    assert handler(SCHEDULED, LambdaContext()) == ALL_EXPIRED
    assert (count(rows, "idempotency_keys"), count(rows, "rate_limits"), count(rows, "deletions")) == (6, 4, 4)


def test_each_step_is_bounded_and_stays_done_when_a_later_one_fails(
    rows: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given steps of two rows, and a database that allows each table one of them, as one that goes away would
    monkeypatch.setattr(purge, "STEP_ROWS", 2)
    rows.execute(
        """create function one_step() returns trigger language plpgsql security definer as $$
           begin
             if (select count(*) from idempotency_keys) < 10 then
               raise exception 'out of resources' using errcode = '53000';
             end if;
             return null;
           end $$"""
    )
    rows.execute("create trigger one_step after delete on idempotency_keys execute function one_step()")
    # When it runs
    purged = handler(SCHEDULED, LambdaContext())
    # Then the first step of keys is done and counted, the second is not, and the counters have their turn
    assert purged == ALL_EXPIRED | {"idempotency_keys": 2}
    assert count(rows, "idempotency_keys") == 10


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
        "select * from tasks",
        "select * from users",
        "insert into tasks (user_id, title) values ('alice', 'x')",
        "update tasks set title = 'x'",
        "delete from tasks",
        "delete from users",
        "insert into idempotency_keys (user_id, key, request_hash, response) values ('alice', 'x', '', '{}')",
        "update idempotency_keys set created_at = now()",
        "select * from idempotency_keys for update",
        "insert into rate_limits values ('alice', now(), 1)",
        "update rate_limits set requests = 0",
        "truncate idempotency_keys",
        "truncate rate_limits",
        "insert into deletions (user_id, collection, id, revision) values ('alice', 'tasks', gen_random_uuid(), 9)",
        "update deletions set revision = 0",
        "truncate deletions",
        "select create_task('{}', null, null, null, null)",
        "select count_request(1)",
        "select * from alembic_version",
        "create table x ()",
    ],
)
def test_the_role_can_do_nothing_else(as_purge: psycopg.Connection, statement: LiteralString) -> None:
    as_purge.execute("select set_config('app.user_id', 'alice', false)")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):  # 42501
        as_purge.execute(statement)


@pytest.mark.parametrize("caller", ["", "alice", "bob"])
def test_the_role_sees_nothing_that_is_fresh(as_purge: psycopg.Connection, caller: str) -> None:
    as_purge.execute("select set_config('app.user_id', %s, false)", (caller,))

    assert {key for _, key in ages_of_keys(as_purge)} == set(EXPIRED_KEYS)
    assert count(as_purge, "rate_limits") == 2 * len(EXPIRED_COUNTERS)
    assert count(as_purge, "deletions") == 2 * len(EXPIRED_TOMBSTONES)


def test_the_role_cannot_delete_what_is_fresh(as_purge: psycopg.Connection, rows: psycopg.Connection) -> None:
    assert as_purge.execute("delete from idempotency_keys").rowcount == 2 * len(EXPIRED_KEYS)
    assert as_purge.execute("delete from rate_limits").rowcount == 2 * len(EXPIRED_COUNTERS)
    assert as_purge.execute("delete from deletions").rowcount == 2 * len(EXPIRED_TOMBSTONES)

    assert count(rows, "idempotency_keys") == 2 * len(FRESH_KEYS)
    assert count(rows, "rate_limits") == 2 * len(FRESH_COUNTERS)
    assert count(rows, "deletions") == 2 * len(FRESH_TOMBSTONES)


def test_it_runs_as_that_role(rows: psycopg.Connection) -> None:
    rows.execute("revoke delete on idempotency_keys from tasks_purge")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        handler(SCHEDULED, LambdaContext())


def test_a_defect_is_an_error_of_the_function(rows: psycopg.Connection) -> None:
    """Nobody answers for it over HTTP, so Lambda must see it: an error is what the alarm counts."""
    rows.execute("drop table rate_limits")

    with pytest.raises(psycopg.errors.UndefinedTable):
        handler(SCHEDULED, LambdaContext())


def test_a_database_out_of_reach_is_an_error_of_the_function(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")

    with pytest.raises(ServiceUnavailable):
        handler(SCHEDULED, LambdaContext(remaining_ms=2500))
