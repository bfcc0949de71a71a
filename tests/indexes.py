"""The indexes of a table that very many rows are put into."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg


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
