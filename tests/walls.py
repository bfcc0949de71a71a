"""The two walls around a user's rows, each of which can be taken away on its own: the owner filter and the policy."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal

import psycopg
import pytest

from local.resources import Store, stores, tables
from shared.core.database.statement import Statement
from shared.core.resource.listing import Listing

# What a resource's functions filter by; in an insert's values the owner stays.
OF_ROWS, OF_KEYS = "t.user_id = caller", "k.user_id = caller"
OF_TOMBSTONES, OF_CLIENTS = "d.user_id = caller", "c.user_id = caller"
READS = ("lists", "get", "changes")


def remove_filters(monkeypatch: pytest.MonkeyPatch, database_url: str, *, but: str = "") -> None:
    """Of every resource, in its statements and in its functions, but for one; fails where one had none."""
    for store in stores():
        remove_filters_of_statements(monkeypatch, store, *(name for name in READS if name != but))
        for function, source in functions_of(database_url, store).items():
            if function != but:
                remove_filter_of_function(database_url, function)
                for other in (OF_TOMBSTONES, OF_CLIENTS):
                    if other in source:
                        remove_filter_of_function(database_url, function, other)


def remove_filter(monkeypatch: pytest.MonkeyPatch, database_url: str, store: Store, piece: str) -> None:
    """Of one statement or of one function."""
    if piece in READS:
        remove_filters_of_statements(monkeypatch, store, piece)
    else:
        remove_filter_of_function(database_url, piece)


def remove_filters_of_statements(monkeypatch: pytest.MonkeyPatch, store: Store, *names: str) -> None:
    """Of the statements named, which read."""
    changed: dict[str, Any] = {}
    for name in names:
        found = getattr(store.statements, name)
        several = isinstance(found, Mapping)
        without = {key: _unfiltered(store, one) for key, one in (found if several else {"": found}).items()}
        changed[name] = without if several else without[""]
    monkeypatch.setattr(store, "statements", store.statements._replace(**changed))


def _unfiltered(store: Store, found: Statement | Listing) -> Statement | Listing:
    """Also of tombstones, where it reads them."""
    if isinstance(found, Listing):
        return found._replace(rows=_without_owner(store, found.rows), how_many=_without_owner(store, found.how_many))
    return replace(found, sql=_without_owner(store, found.sql))


def _without_owner(store: Store, sql: str) -> Any:
    filtered = re.compile(rf"\b(?:{store.name}|d)\.user_id = %\(user_id\)s::\w+")
    without, count = filtered.subn("true", sql)
    assert count, f"{store.name} has a statement without a filter by owner: {sql}"
    return without


def functions_of(database_url: str, store: Store) -> dict[str, str]:
    """The functions that find a row of the resource's table themselves, each with its source."""
    finds = re.compile(rf"\b(from|update) {store.name} t\b")
    return {name: source for name, source in _functions(database_url).items() if finds.search(source)}


def called_by(database_url: str, function: str) -> set[str]:
    """The functions that it calls, and those that these call."""
    sources, found, ahead = _functions(database_url), set[str](), [function]
    while ahead:
        source = sources[ahead.pop()]
        new = {name for name in sources if f"{name}(" in source} - found
        found |= new
        ahead += new
    return found


def _functions(database_url: str) -> dict[str, str]:
    query = "select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace order by proname"
    with psycopg.connect(database_url) as connection:
        return dict(connection.execute(query).fetchall())


def remove_filter_of_function(database_url: str, function: str, owned: str = OF_ROWS) -> None:
    with psycopg.connect(database_url) as connection:
        found = connection.execute("select pg_get_functiondef(%s::regproc)", (function,)).fetchone()
        assert found is not None
        assert owned in found[0], f"{function} has no filter by owner, which is spelled {owned} in all functions"
        connection.execute(found[0].replace(owned, "true").encode())


@contextmanager
def functions_restored(database_url: str) -> Iterator[None]:
    """Whatever is done to the functions in between, they are as before in the end."""
    query = "select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace"
    with psycopg.connect(database_url) as connection:
        before = [source for (source,) in connection.execute(query)]
    try:
        yield
    finally:
        with psycopg.connect(database_url) as connection:
            for source in before:
                connection.execute(source.encode())


Change = Literal["enable", "disable", "force", "no force"]


def row_security(database_url: str, change: Change, *names: str) -> None:
    """Of these tables, or else of all that hold users' data."""
    with psycopg.connect(database_url) as connection:
        for table in names or tables():
            connection.execute(f"alter table {table} {change} row level security".encode())
