"""The migrations: they agree with the models, run as Neon's kind of owner, and lead back to nothing."""

import psycopg
import pytest
from alembic import command

from local.postgres.server import EmbeddedPostgres, temporary_postgres
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.api import Api
from tests.conftest import OWNER, alembic_config, database_of

# Whatever a schema can hold, Alembic's own table aside.
LEFT_OVER = """
select 'relation ' || relname from pg_class
  where relnamespace = 'public'::regnamespace and relname not like 'alembic_version%'
union all select 'function ' || proname from pg_proc where pronamespace = 'public'::regnamespace
union all select 'type ' || typname from pg_type
  where typnamespace = 'public'::regnamespace and typname not like '%alembic_version'
union all select 'policy ' || polname from pg_policy
"""


def everything_in(connection: psycopg.Connection) -> list[str]:
    return [name for (name,) in connection.execute(LEFT_OVER)]


def test_models_and_migrated_schema_agree(database_url: str) -> None:
    command.check(alembic_config(database_url))


def test_check_sees_a_difference(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("drop index tasks_owner_completed")
    with pytest.raises(Exception, match="tasks_owner_completed"):
        command.check(alembic_config(database_url))


def test_down_to_nothing_and_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server of its own: the role belongs to the whole cluster and goes with its last database."""
    with temporary_postgres() as server:
        server.create_role(OWNER)
        server.create_database("tasks", OWNER)
        url = server.url("tasks", OWNER)
        command.upgrade(alembic_config(url), "head")
        with psycopg.connect(url) as connection:
            assert everything_in(connection)

        command.downgrade(alembic_config(url), "base")

        with psycopg.connect(url) as connection:
            assert everything_in(connection) == []
            assert (
                connection.execute(
                    "select from pg_roles where rolname like 'tasks\\_%' and rolname <> 'tasks_owner'"
                ).fetchall()
                == []
            )

        command.upgrade(alembic_config(url), "head")
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("AUTH_SECRET", DEVELOPMENT_SECRET)
        assert Api().created()["title"] == "Buy milk"


def test_the_owner_that_migrated_is_no_superuser(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        query = "select rolsuper, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user"
        assert connection.execute(query).fetchone() == (False, True, False)


def test_the_role_that_serves_can_do_little(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        query = """select rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolinherit
          from pg_roles where rolname = 'tasks_api'"""
        assert connection.execute(query).fetchone() == (False,) * 6
        owned = "select from pg_class where relowner = 'tasks_api'::regrole"
        assert connection.execute(owned).fetchall() == []


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        ("insert into tasks (user_id, title) values ('bob', 'x')", "42501"),
        ("update users set id = 'bob'", "42501"),
        ("create table t ()", "42501"),
        ("insert into tasks (user_id, revision, title) values ('alice', 9, '')", "23514"),
        ("insert into tasks (user_id, revision, title) values ('alice', 9, repeat('x', 201))", "23514"),
        ("insert into tasks (user_id, revision, title, description) values ('alice', 9, 'x', '')", "23514"),
        ("insert into tasks (user_id, revision, title, completed) values ('alice', 9, 'x', true)", "23514"),
        ("insert into tasks (user_id, revision, title, completed_at) values ('alice', 9, 'x', now())", "23514"),
    ],
)
def test_the_server_itself_refuses(served: str, alice: Api, statement: str, state: str) -> None:
    alice.created()
    with psycopg.connect(served, autocommit=True) as connection, connection.transaction():
        connection.execute("select set_config('role', 'tasks_api', true), set_config('app.user_id', 'alice', true)")
        with pytest.raises(psycopg.Error) as refused, connection.transaction():
            connection.execute(statement.encode())
    assert refused.value.sqlstate == state


@pytest.mark.parametrize(
    ("filters", "index"),
    [("", "tasks_pkey"), ("and not completed", "tasks_owner_completed"), ("and completed", "tasks_owner_completed")],
)
def test_a_page_is_read_through_its_index(served: str, postgres: EmbeddedPostgres, filters: str, index: str) -> None:
    with psycopg.connect(postgres.url(database_of(served))) as connection:
        connection.execute("insert into users (id) select 'u' || n from generate_series(1, 50) n")
        connection.execute(
            "insert into tasks (user_id, revision, title, completed, completed_at)"
            " select 'u' || n % 50 + 1, n, 't', n % 3 = 0, case when n % 3 = 0 then now() end"
            " from generate_series(1, 20000) n"
        )
        connection.execute("analyze tasks")
        connection.execute("select set_config('role', 'tasks_api', true), set_config('app.user_id', 'u7', true)")
        query = f"explain select * from tasks where user_id = 'u7' {filters} order by id desc limit 51"
        plan = "\n".join(line for (line,) in connection.execute(query.encode()))
    assert f"using {index}" in plan
    assert "Sort" not in plan
