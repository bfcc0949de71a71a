"""The two walls around a user's rows, each of which can be taken away on its own: the owner filter and the policy."""

import re
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg import sql

from local.resources import Store, stores

# What a resource's functions and statements filter by; in an insert's values the owner stays.
_IN_FUNCTIONS = "t.user_id = caller"


def remove_filters(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """Of every resource, in its statements and in its functions; fails where one had none."""
    for store in stores():
        remove_filters_of_statements(monkeypatch, store)
        for function in functions_of(database_url, store):
            remove_filter_of_function(database_url, function)


def remove_filters_of_statements(monkeypatch: pytest.MonkeyPatch, store: Store, *names: str) -> None:
    """Of the statements named, or else of all that read."""
    filtered = re.compile(rf"\b{store.name}\.user_id = %\(user_id\)s::\w+")
    changed: dict[str, Any] = {}
    for name in names or ("list", "get"):
        statement = getattr(store.statements, name)
        without, count = filtered.subn("true", statement.sql)
        assert count, f"{store.name}.{name} has no filter by owner"
        changed[name] = replace(statement, sql=without)
    monkeypatch.setattr(store, "statements", store.statements._replace(**changed))


def functions_of(database_url: str, store: Store) -> list[str]:
    """The names of the functions that write to the resource's table itself."""
    query = r"""select proname from pg_proc where pronamespace = 'public'::regnamespace
      and prosrc ~ ('\m(from|update) ' || %s || ' t\M') order by proname"""
    with psycopg.connect(database_url) as connection:
        return [name for (name,) in connection.execute(query, (store.name,))]


def remove_filter_of_function(database_url: str, function: str) -> None:
    with psycopg.connect(database_url) as connection:
        found = connection.execute("select pg_get_functiondef(%s::regproc)", (function,)).fetchone()
        assert found is not None
        assert _IN_FUNCTIONS in found[0], f"{function} has no filter by owner"
        connection.execute(found[0].replace(_IN_FUNCTIONS, "true").encode())


def remove_policies(database_url: str, *tables: str) -> None:
    """Of these tables, or else of all."""
    with psycopg.connect(database_url) as connection:
        walled = [name for (name,) in connection.execute("select relname from pg_class where relrowsecurity")]
        for table in tables or walled:
            connection.execute(sql.SQL("alter table {} disable row level security").format(sql.Identifier(table)))
