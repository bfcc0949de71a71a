"""A column may be called by any word of the functions in the database that is not refused: each still does its work."""

import json
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from psycopg.rows import dict_row
from sqlalchemy import Boolean, Column, ForeignKey, Integer, MetaData, Table, Text, Uuid, create_engine

from local.scaffold.names import Names, ScaffoldError, check_field
from migrations.owned_table import owned_table
from migrations.write_functions import Rules, functions
from shared.core.resource.listing import filter_parameter
from shared.core.sql.changes import changes
from shared.core.sql.pages import listing, orders
from tests.resources import new_id

SOURCES = [*functions("zebras", "zebra", {}).values(), str(changes("zebras", []).sql)]
QUOTA, NOBODY = 100, {"email": None, "name": None}
PAGE = {"rows": 5}


def is_taken(word: str) -> bool:
    try:
        check_field(word, Names("zebra", "zebras"))
    except ScaffoldError:
        return False
    return True


def words_of(source: str) -> set[str]:
    """Comments left out."""
    return set(re.findall(r"[a-z][a-z0-9_]*", re.sub(r"--.*", "", source)))


WORDS = sorted(filter(is_taken, set().union(*map(words_of, SOURCES))))
TRUE, FALSE = dict.fromkeys(WORDS, True), dict.fromkeys(WORDS, False)


@pytest.fixture
def zebras(database_url: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """A table with a column of each word, all of them filters and counted; the connection is alice's."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(database_url))
    with engine.begin() as migrating, Operations.context(MigrationContext.configure(migrating)):
        columns = dict.fromkeys(WORDS, "boolean not null default false")
        counted = {word: f"{word}_counted" for word in WORDS}
        owned_table("zebras", "zebra", columns, rules=Rules(filtered=WORDS, counted=counted))
    engine.dispose()
    with psycopg.connect(database_url, row_factory=dict_row, autocommit=True) as connection:
        connection.execute("set role tasks_api")
        connection.execute("set app.user_id = 'alice'")
        yield connection


def call(connection: psycopg.Connection[dict[str, Any]], function: str, **arguments: Any) -> dict[str, Any]:
    """The outcome and the item of a function, whose arguments are passed by name."""
    named = ", ".join(f"{name} => %({name})s" for name in arguments)
    query = f"select outcome, item from {function}({named})".encode()
    values = {name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in arguments.items()}
    (row,) = connection.execute(query, values).fetchall()
    return row


def create(connection: psycopg.Connection[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    arguments = {"body": body, "key": None, "request_hash": None, "row_quota": QUOTA, "key_quota": QUOTA}
    return call(connection, "create_zebra", **arguments, **NOBODY)


def own(item: dict[str, Any]) -> dict[str, Any]:
    return {word: item[word] for word in WORDS}


def test_words_of_all_kinds_are_tried() -> None:
    assert {"caller", "owner", "seq", "operations", "patch", "atomic", "changed", "outcome", "item"} < set(WORDS)
    assert not {"t", "id", "version", "revision"} & set(WORDS)


def test_one_is_made_changed_deleted_and_restored(zebras: psycopg.Connection[dict[str, Any]]) -> None:
    made = create(zebras, TRUE)["item"]
    assert own(made) == TRUE
    for word in WORDS:
        patched = call(zebras, "patch_zebra", id=made["id"], patch={word: False}, expected=None)
        assert patched["outcome"] == "done"
        assert own(patched["item"])[word] is False
    assert own(patched["item"]) == FALSE
    assert call(zebras, "delete_zebra", id=made["id"], expected=None, row_quota=QUOTA)["outcome"] == "done"

    restored = call(zebras, "restore_zebra", id=made["id"], row_quota=QUOTA)

    assert restored["outcome"] == "done"
    assert own(restored["item"]) == FALSE


def test_each_is_a_filter_by_which_many_are_deleted_and_come_back_as_they_were(
    zebras: psycopg.Connection[dict[str, Any]],
) -> None:
    create(zebras, FALSE)
    for word in WORDS:
        made = create(zebras, FALSE | {word: True})["item"]

        gone = call(zebras, "delete_zebras", wanted={word: True}, row_quota=QUOTA)

        assert gone["item"] == {"count": 1}, word
        restored = call(zebras, "restore_zebra", id=made["id"], row_quota=QUOTA)["item"]
        assert own(restored) == FALSE | {word: True}
        call(zebras, "delete_zebra", id=made["id"], expected=None, row_quota=QUOTA)


def test_a_batch_does_what_it_says(zebras: psycopg.Connection[dict[str, Any]]) -> None:
    first, second = new_id(), new_id()
    operations = [
        {"op": "create", "hash": "1", "body": {"id": first, **TRUE}},
        {"op": "create", "hash": "2", "body": {"id": second, **TRUE}},
        {"op": "patch", "id": first, "version": 1, "patch": FALSE},
        {"op": "patch", "id": second, "version": 7, "patch": FALSE},
        {"op": "delete", "id": first},
    ]
    asked = {"client_id": new_id(), "seq": 1, "request_hash": "x", "operations": operations, "atomic": False}

    done = call(zebras, "batch_zebras", **asked, row_quota=QUOTA, allowed=0, **NOBODY)

    assert [result["status"] for result in done["item"]["results"]] == ["done", "done", "done", "stale", "done"]
    assert [own(item) for item in done["item"]["current"]] == [TRUE]


def test_lists_and_the_feed_have_it_as_it_is(zebras: psycopg.Connection[dict[str, Any]]) -> None:
    create(zebras, FALSE)
    create(zebras, TRUE)
    table = Table(
        "zebras",
        MetaData(),
        Column("user_id", Text, ForeignKey("users.id")),
        *(Column("id", Uuid), Column("revision", Integer)),
        *(Column(word, Boolean) for word in WORDS),
    )
    Table("users", table.metadata, Column("id", Text), Column("zebras", Integer))
    asked = {**PAGE, **{filter_parameter(word): True for word in WORDS}, "user_id": "alice"}
    for order in orders(table).values():
        found = listing(table, tuple(WORDS), order)
        statement = found.statement(filtered=WORDS, searched=False, after=False, counted=True)
        assert [own(row) for row in zebras.execute(statement.sql, asked).fetchall()] == [TRUE]

    statement = changes("zebras", ["id", *WORDS])
    feed = zebras.execute(statement.sql, {"user_id": "alice", "position": 0, "buried": 0, "rows": 5}).fetchall()

    assert [own(row) for row in feed] == [FALSE, TRUE]
