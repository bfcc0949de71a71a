"""Every table of the migrated schema has its walls, and is what its model says; a forgotten thing is named."""

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from local.resources import stores, tables
from migrations.write_functions import functions
from shared.core.resource.export import Export
from shared.tables.export import EXPORT
from tests.catalogue import models, privileges
from tests.catalogue import tables as walls
from tests.catalogue.models import own_columns, rules

Connection = psycopg.Connection[Any]


@pytest.fixture
def schema(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url) as connection:
        yield connection
        connection.rollback()


def findings(connection: Connection) -> list[str]:
    return [*walls.findings(connection), *models.findings(connection), *privileges.findings(connection)]


def assert_named(connection: Connection, statement: str, name: str, words: str) -> None:
    """What the statement breaks is found, under the name of the table, and the rest is as it was."""
    with connection.transaction(force_rollback=True):
        connection.execute(statement.encode())
        found = findings(connection)
    assert any(line.startswith(f"{name}: ") and words in line for line in found), found or "nothing was found"
    assert {line.partition(":")[0] for line in found} == {name}


def test_every_table_is_as_it_must_be(schema: Connection) -> None:
    assert findings(schema) == []


def test_every_resource_has_a_table_of_its_name() -> None:
    owned = {name for name, table in tables().items() if "version" in table.columns}

    assert {store.name for store in stores()} == owned


BREAKS = {
    "row security off": ("alter table {t} disable row level security", "enable row level security"),
    "force off": ("alter table {t} no force row level security", "force row level security"),
    "no policy": ("drop policy {t}_owner on {t}", "create policy {t}_owner on {t} to tasks_api"),
    "policy for all": ("create policy open on {t} using (true)", "drop policy open on {t}"),
    "policy for a stranger": ("create policy open on {t} to pg_monitor using (true)", "drop policy open on {t}"),
    "second policy": ("create policy open on {t} to tasks_api using (true)", "drop policy open on {t}"),
    "reads only": ("alter policy {t}_owner on {t} to tasks_api with check (true)", "is not by the caller"),
    "grant to all": ("grant select on {t} to public", "revoke select on {t} from PUBLIC"),
    "grant of a column": ("grant references ({o}) on {t} to tasks_api", "revoke references on {t} from tasks_api"),
    "truncate granted": ("grant truncate on {t} to tasks_api", "revoke truncate on {t} from tasks_api"),
    "no right to write": ("revoke insert on {t} from tasks_api", "grant insert on {t} to tasks_api"),
    "a check of its own": ("alter table {t} add constraint own check ({o} <> 'x')", "shared/tables/{t}.py"),
    "an index of its own": ("create index own on {t} ({o})", "shared/tables/{t}.py"),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_what_is_missing_or_too_much_is_named_with_its_table(schema: Connection, broken: str) -> None:
    for table in tables():
        statement, words = (text.format(t=table, o=walls.OWNER_COLUMN.get(table, "user_id")) for text in BREAKS[broken])
        assert_named(schema, statement, table, words)


@pytest.mark.parametrize("table", sorted(tables().keys() - walls.WITHOUT_FOREIGN_KEY - {"users"}))
def test_a_table_that_outlives_its_user_is_named(schema: Connection, table: str) -> None:
    constraint = f"{table}_user_id_fkey"
    with schema.transaction(force_rollback=True):
        schema.execute(f"alter table {table} drop constraint {constraint}".encode())
        (outlives, differs) = findings(schema)

    assert outlives.startswith(f"{table}: outlives its user: alter table {table} add foreign key (user_id)")
    assert differs.startswith(f"{table}: the model has {constraint}")


@pytest.mark.parametrize("table", sorted(tables()))
def test_a_table_that_the_export_lacks_is_named(
    schema: Connection, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = tuple(one for one in EXPORT.tables if one.name != table)
    monkeypatch.setattr(walls, "EXPORT", Export(rest))

    (found,) = findings(schema)

    assert found.startswith(f"{table}: is not in the export")


@pytest.mark.parametrize("table", sorted(tables()))
def test_nothing_of_users_is_the_purges(schema: Connection, table: str) -> None:
    assert_named(schema, f"grant delete on {table} to tasks_purge", table, "revoke delete")
    assert_named(schema, f"create policy gone on {table} to tasks_purge using (true)", table, "drop policy gone")


@pytest.mark.parametrize(
    ("statement", "schema_name", "words"),
    [
        ("grant usage on schema public to public", "public", "PUBLIC has usage on schema instead of none"),
        ("grant create on schema public to tasks_api", "public", "tasks_api has create, usage on schema"),
        ("grant usage on schema public to tasks_purge", "public", "tasks_purge has usage on schema instead of none"),
        ("grant execute on function lock_owner() to public", "public", "lock_owner() is for tasks_api, PUBLIC"),
        ("grant execute on function lock_owner() to tasks_purge", "public", "is for tasks_api, tasks_purge"),
        ("alter function count_request(integer, integer) security definer", "public", "security invoker"),
        ("grant delete on retention.days to tasks_api", "retention", "tasks_api has delete, insert on days"),
        ("revoke delete on retention.days from tasks_purge", "retention", "tasks_purge has select on days"),
        ("create policy open on retention.days using (true)", "retention", "policy open on days"),
        ("alter policy days_past on retention.days using (true)", "retention", "policy days_past on days"),
        ("drop policy days_to_come on retention.days", "retention", "policy days_to_come on days is None"),
        ("alter table retention.days no force row level security", "retention", "row security of days is off"),
    ],
)
def test_a_right_too_many_or_too_few_is_named(schema: Connection, statement: str, schema_name: str, words: str) -> None:
    assert_named(schema, statement, schema_name, words)


def test_a_function_that_nobody_granted_is_for_nobody(schema: Connection) -> None:
    with schema.transaction(force_rollback=True):
        schema.execute("create function fresh() returns int language sql as 'select 1'")
        found = findings(schema)

    assert [line for line in found if "fresh() is for nobody" in line]


def test_a_table_that_was_forgotten_altogether_is_named_with_all_it_lacks(schema: Connection) -> None:
    with schema.transaction(force_rollback=True):
        schema.execute("create table drafts (id uuid primary key, user_id text not null)")
        found = findings(schema)

    assert all(line.startswith("drafts: ") for line in found)
    for words in (
        "write shared/tables/drafts.py",
        "alter table drafts enable row level security",
        "alter table drafts force row level security",
        "create policy drafts_owner on drafts to tasks_api using (user_id = (select current_setting",
        "grant delete, insert, select, update on drafts to tasks_api",
        "primary key (user_id, …)",
        "add foreign key (user_id) references users(id) on delete cascade",
        "is not in the export",
    ):
        assert any(words in line for line in found), words


@pytest.mark.parametrize("table", sorted(walls.WITHOUT_USERS_DATA))
def test_a_grant_on_what_is_nobodys_is_named_and_its_wall_too(schema: Connection, table: str) -> None:
    assert_named(schema, f"alter table {table} no force row level security", table, "force row level security")
    assert_named(schema, f"alter table {table} disable row level security", table, "enable row level security")
    assert_named(schema, f"grant select on {table} to tasks_api", table, f"revoke select on {table} from tasks_api")


def test_a_view_is_named(schema: Connection) -> None:
    assert_named(schema, "create view open as select * from users", "open", "its owner's rights")


@pytest.mark.parametrize("store", stores(), ids=lambda store: store.name)
def test_functions_that_are_not_those_of_the_model_are_named(schema: Connection, store: Any) -> None:
    name = store.name
    for signature in functions(name, store.singular, own_columns(store), rules(store)):
        found = schema.execute("select pg_get_functiondef(%s::regprocedure)", (signature,)).fetchone()
        assert found
        unfiltered = re.sub(r"\b\w\.(user_)?id = caller\b", "true", found[0])
        assert_named(schema, unfiltered, name, f"write_functions('{name}'")
        assert_named(schema, f"drop function {signature}", name, signature)
        definer = f"alter function {signature} security definer"
        with schema.transaction(force_rollback=True):
            schema.execute(definer.encode())
            assert any("security invoker" in line for line in findings(schema))


@pytest.mark.parametrize("store", stores(), ids=lambda store: store.name)
def test_a_count_that_is_missing_is_named(schema: Connection, store: Any) -> None:
    with schema.transaction(force_rollback=True):
        schema.execute(f"alter table users drop column {store.name}".encode())
        found = findings(schema)

    assert f"{store.name}: no live count: alter table users add column {store.name} integer not null default 0" in found


@pytest.mark.parametrize("store", stores(), ids=lambda store: store.name)
def test_a_check_that_the_database_lacks_is_named(schema: Connection, store: Any) -> None:
    query = "select conname from pg_constraint where conrelid = %s::regclass and contype = 'c'"
    for (check,) in schema.execute(query, (store.name,)).fetchall():
        drop = f"alter table {store.name} drop constraint {check}"
        assert_named(schema, drop, store.name, f"alter table {store.name} add constraint {check} CHECK")
