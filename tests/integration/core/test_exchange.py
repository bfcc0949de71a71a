"""The statements of a batch: sent at once, answered together, rolled back together."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.pq import PipelineStatus, TransactionStatus

from local.postgres.server import EmbeddedPostgres
from shared.core.database.connection import BoundedConnection
from shared.core.database.exchange import Query, exchange
from shared.core.deadline import Deadline
from tests.stores import connection_source

LARGE = 8 * 1024 * 1024
IS_IDLE = TransactionStatus.IDLE
INSERT = "insert into noted values (%(value)s::integer) returning value"
HOW_MANY = Query("select count(*) from noted", {})


@pytest.fixture
def connection(database_url: str) -> Iterator[BoundedConnection]:
    with connection_source(database_url) as source:
        connection = source.get(Deadline.after(20))
        exchange(connection, [Query("create temporary table noted (value integer)", {})])
        yield connection


def inserts(value: int) -> Query:
    return Query(INSERT, {"value": value})


def test_each_has_its_rows_in_the_order_of_the_statements(connection: BoundedConnection) -> None:
    answers = exchange(connection, [inserts(1), Query("select from noted where false", {}), inserts(2), HOW_MANY])

    assert answers == [[{"value": 1}], [], [{"value": 2}], [{"count": 2}]]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("text", "Ünïcode, 100 % %(name)s"),
        ("text", None),
        ("integer", -1),
        ("bigint", 2**62),
        ("boolean", True),
        ("uuid", UUID(int=7)),
        ("text[]", ["a", "b,c", ""]),
        ("integer[]", [1, 2**31 - 1]),
        ("integer[]", []),
        ("jsonb", '{"a": [1, null]}'),
    ],
)
def test_values_are_sent_and_read_as_what_they_are(connection: BoundedConnection, type_: str, value: Any) -> None:
    sql: Any = f"select %(value)s::{type_} as value, %(other)s::integer as other, %(value)s::{type_} is null as null"

    [[row]] = exchange(connection, [Query(sql, {"other": 3, "value": value, "unused": object()})])

    read = {"a": [1, None]} if type_ == "jsonb" else value
    assert row == {"value": read, "other": 3, "null": value is None}


def test_a_percent_sign_is_written_twice(connection: BoundedConnection) -> None:
    assert exchange(connection, [Query("select 7 %% 4 as rest, '100 %%' as all", {})]) == [
        [{"rest": 3, "all": "100 %"}]
    ]


def test_afterwards_the_connection_is_one_as_any(connection: BoundedConnection) -> None:
    exchange(connection, [inserts(1)])

    assert connection.pgconn.pipeline_status == PipelineStatus.OFF
    assert connection.execute("select value from noted").fetchall() == [{"value": 1}]


def test_they_are_waited_for_once(connection: BoundedConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    waits, wait = list[object](), BoundedConnection.wait

    def counted(self: BoundedConnection, *arguments: Any, **named: Any) -> Any:
        waits.append(self)
        return wait(self, *arguments, **named)

    monkeypatch.setattr(BoundedConnection, "wait", counted)
    exchange(connection, [inserts(1), inserts(2), HOW_MANY])

    assert waits == [connection]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_fails_is_said_and_rolls_back_all(connection: BoundedConnection, place: int) -> None:
    queries = [inserts(1), inserts(2)]
    queries.insert(place, Query("select 1 / %(by)s::integer", {"by": 0}))

    with pytest.raises(psycopg.errors.DivisionByZero, match="division by zero"):
        exchange(connection, queries)

    assert connection.info.transaction_status is IS_IDLE
    assert exchange(connection, [HOW_MANY, inserts(3)]) == [[{"count": 0}], [{"value": 3}]]


def test_the_first_failure_is_the_one_that_is_said(connection: BoundedConnection) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        exchange(connection, [inserts(1), Query("select from nothing", {}), Query("select 1 / 0", {})])


def test_what_fails_when_it_is_committed_has_failed(connection: BoundedConnection) -> None:
    exchange(connection, [Query("create temporary table one (value integer unique deferrable initially deferred)", {})])
    again = Query("insert into one values (1) returning value", {})

    with pytest.raises(psycopg.errors.UniqueViolation):
        exchange(connection, [inserts(1), again, again])

    assert connection.info.transaction_status is IS_IDLE
    assert exchange(connection, [again, HOW_MANY]) == [[{"value": 1}], [{"count": 0}]]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select %(value)s::integer + %(other)s::integer", "no value for other"),
        ("select 7 % 4", "neither doubled"),
        ("select %s", "neither doubled"),
        ("select %(value)b", "neither doubled"),
    ],
)
def test_a_mistake_in_a_statement_is_named_before_anything_is_sent(
    connection: BoundedConnection, sql: Any, words: str
) -> None:
    with pytest.raises(psycopg.ProgrammingError, match=words):
        exchange(connection, [inserts(1), Query(sql, {"value": 1})])

    assert exchange(connection, [HOW_MANY]) == [[{"count": 0}]]


def test_what_cannot_be_sent_leaves_the_connection_as_it_was(connection: BoundedConnection) -> None:
    with pytest.raises(psycopg.Error):
        exchange(connection, [inserts(1), Query("select %(value)s::text", {"value": object()})])

    assert connection.info.transaction_status is IS_IDLE
    assert exchange(connection, [HOW_MANY]) == [[{"count": 0}]]


def test_a_lot_both_ways_does_not_wait_for_itself(connection: BoundedConnection) -> None:
    asked = Query("select repeat('x', %(length)s::integer) as text", {"length": LARGE})
    sent = Query("select length(%(text)s::text)", {"text": "y" * LARGE})

    answers = exchange(connection, [asked, sent, asked])

    assert [len(answers[0][0]["text"]), answers[1], len(answers[2][0]["text"])] == [LARGE, [{"length": LARGE}], LARGE]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_connection_that_is_ended_meanwhile_is_not_idle(connection: BoundedConnection, place: int) -> None:
    queries = [inserts(1), inserts(2)]
    queries.insert(place, Query("select pg_terminate_backend(pg_backend_pid())", {}))

    with pytest.raises(psycopg.errors.AdminShutdown):
        exchange(connection, queries)

    assert connection.info.transaction_status is not IS_IDLE
    with pytest.raises(psycopg.OperationalError):
        exchange(connection, [HOW_MANY])


def test_text_is_text_in_a_database_of_another_encoding(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as superuser:
        superuser.execute("create database latin encoding 'LATIN1' locale 'C' locale_provider libc template template0")

    with connection_source(postgres.url("latin")) as source:
        [[row]] = exchange(
            source.get(Deadline.after(20)),
            [Query("select %(text)s::text as text, octet_length(%(text)s::text) as length", {"text": "Übung"})],
        )
    assert row == {"text": "Übung", "length": 5}
