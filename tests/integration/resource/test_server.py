"""What the server itself holds, whatever our statements are: owners, keys, and what the role may do."""

import psycopg
import pytest
from psycopg import sql

from local.resources import Store, tables
from tests.integration.resource.crowded import drop_checks
from tests.resources import Client


@pytest.mark.parametrize(
    "statement",
    [
        "update {t} set user_id = 'bob'",
        'insert into {t} select (jsonb_populate_record(t, \'{{"user_id": "bob"}}\')).* from {t} t',
        "drop table {t}",
        "truncate {t}",
        "alter table {t} disable row level security",
        "drop policy {t}_owner on {t}",
        "create table stolen as select * from {t}",
        "update users set id = 'bob'",
    ],
)
def test_the_role_that_serves_may_not(served: str, alice: Client, store: Store, statement: str) -> None:
    alice.created()
    with psycopg.connect(served, autocommit=True) as connection, connection.transaction():
        connection.execute("select set_config('role', 'tasks_api', true), set_config('app.user_id', 'alice', true)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(statement.format(t=store.name).encode())


def test_the_owner_itself_sees_no_rows_without_a_caller(served: str, alice: Client, store: Store) -> None:
    alice.created()
    with psycopg.connect(served) as connection:
        for table in tables():
            assert connection.execute(f"select count(*) from {table}".encode()).fetchone() == (0,)


def test_items_go_with_their_user(alice: Client, bob: Client, store: Store, superuser: psycopg.Connection) -> None:
    alice.delete(alice.created()["id"])
    alice.created(1)
    kept = bob.created()

    superuser.execute("delete from users where id = 'alice'")

    assert alice.everything() == []
    assert bob.everything() == [kept]
    for table in (store.name, "deletions"):
        assert superuser.execute(f"select 1 from {table} where user_id = 'alice'".encode()).fetchall() == []


def test_a_page_and_each_filter_are_read_through_an_index(
    alice: Client, store: Store, superuser: psycopg.Connection
) -> None:
    """Of many users' rows, only the page's own; the order is the index's."""
    alice.created()
    names = [column.name for column in tables()[store.name].columns]
    chosen = {name: name for name in names if name not in ("id", "user_id", "revision")}
    indexes = {"true": f"{store.name}_pkey"}
    for name, values in alice.resource.filters.items():
        array = f"(array[{', '.join(sql.Literal(value).as_string() for value in values)}])"
        chosen[name] = f"{array}[n / 50 % {len(values)} + 1]"
        indexes[f"{name} = {array}[1]"] = f"{store.name}_owner_{name}"
    drop_checks(superuser, store.name)
    superuser.execute("insert into users (id) select 'u' || n from generate_series(1, 50) n")
    superuser.execute(
        f"insert into {store.name} (user_id, revision, {', '.join(chosen)})"
        f" select 'u' || n % 50 + 1, n, {', '.join(chosen.values())}"
        f" from {store.name}, generate_series(1, 20000) n".encode()
    )
    superuser.execute(f"analyze {store.name}".encode())
    for where, index in indexes.items():
        query = f"explain select * from {store.name} where user_id = 'u7' and {where} order by id desc limit 51"
        plan = "\n".join(line for (line,) in superuser.execute(query.encode()))
        assert f"using {index}" in plan
        assert "Sort" not in plan
