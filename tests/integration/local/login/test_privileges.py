"""What whoever gets hold of a login role can do with it: every one of them, against every table."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest

from functions.purge import handler
from local.login.developer import migrated_logins
from local.login.power import faults_of
from local.login.role import FUNCTIONS, KINDS, PURGE, Kind
from local.login.rotation import issue
from local.postgres.server import EmbeddedPostgres
from local.resources import tables
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.database.settings import DatabaseSettings
from shared.core.environment import environment
from tests.api import Api, LambdaContext, observed
from tests.conftest import OWNER
from tests.resources import RESOURCES, ROUTES, Client, item_for, requests_of

pytestmark = pytest.mark.heavy

ON_EACH_TABLE = (
    "select from public.{table}",
    "insert into public.{table} default values",
    "delete from public.{table}",
    "drop table public.{table}",
    "alter table public.{table} no force row level security",
    "alter table public.{table} disable row level security",
    "drop policy {table}_owner on public.{table}",
    "truncate public.{table}",
)
ON_NONE = (
    "create table public.stolen ()",
    "create schema stolen",
    "create role stolen",
    "create database stolen",
    f"create policy stolen on public.{next(iter(tables()))} using (true)",
    "alter function public.count_request(integer, integer) security definer",
    "select from public.alembic_version",
    "select from retention.days",
    "delete from retention.days",
    "insert into retention.days values (current_date + 1, 0)",
    f"set role {OWNER}",
    "set session authorization postgres",
    f"alter role {OWNER} password 'stolen'",
    f"grant {OWNER} to current_user",
)


class Login(NamedTuple):
    """`url` logs in as it."""

    kind: Kind
    url: str


@pytest.fixture
def logins(owner_url: str) -> list[Login]:
    """Of every kind those that are issued in turn, and the developer's."""
    found: list[Login] = []
    for kind in KINDS.values():
        for _ in range(2):
            issue(DatabaseSettings(owner_url), kind, lambda url, kind=kind: found.append(Login(kind, url)))  # type: ignore[misc]
    made = migrated_logins(owner_url)
    return [*found, *(Login(kind, url) for kind, url in zip(KINDS.values(), made, strict=True))]


def refused(connection: psycopg.Connection[Any], statement: str) -> bool:
    try:
        connection.execute(statement.encode())
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


def statements() -> Iterator[str]:
    for statement in ON_EACH_TABLE:
        yield from (statement.format(table=table) for table in tables())
    yield from ON_NONE


def test_no_login_role_is_forgotten(logins: list[Login], server: EmbeddedPostgres) -> None:
    query = "select rolname from pg_roles where rolcanlogin and rolname not in ('postgres', %s)"
    with psycopg.connect(server.url()) as connection:
        roles = {name for (name,) in connection.execute(query, (OWNER,))}

    assert roles == {str(psycopg.conninfo.conninfo_to_dict(login.url)["user"]) for login in logins}


def test_every_endpoint_works_through_it(logins: list[Login], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_SECRET", DEVELOPMENT_SECRET)
    for login in logins:
        environment.cache_clear()
        monkeypatch.setenv("DATABASE_URL", login.url)
        if login.kind is PURGE:
            assert set(handler({}, LambdaContext()).values()) == {0}
            continue
        api, called = Api(), ["health"]  # which needs no database
        with observed(lambda function, *_, called=called: called.append(function)):
            # Keys are a user's, not a resource's.
            for client in (Client(resource, Api(f"user-of-{resource}")) for resource in RESOURCES):
                for name, send in requests_of(client).items():
                    assert send(item_for(client, name)).status < 300, (login.url, name)
            assert api.call("get_me", "GET", "/me").status == 200
            assert api.call("export_me", "GET", "/me/export").status == 200
            assert api.call("delete_me", "DELETE", "/me").status == 204
        assert set(called) == {route.function.handler.split(".")[1] for route in ROUTES}


def test_a_login_role_can_do_nothing_by_itself(logins: list[Login]) -> None:
    for login in logins:
        with psycopg.connect(login.url, autocommit=True) as connection:
            allowed = [statement for statement in statements() if not refused(connection, statement)]
            assert (allowed, faults_of(connection, login.kind)) == ([], "")


def test_it_can_become_one_role_and_that_one_owns_nothing_either(logins: list[Login]) -> None:
    for login in logins:
        others = [kind.becomes for kind in KINDS.values() if kind is not login.kind]
        with psycopg.connect(login.url, autocommit=True) as connection:
            assert [role for role in others if not refused(connection, f"set role {role}")] == []
            connection.execute(f"set role {login.kind.becomes}".encode())
            # Out of that role again, which is what an injected statement would try.
            connection.execute("reset role")
            assert refused(connection, f"alter table public.{next(iter(tables()))} no force row level security")
            assert refused(connection, f"set role {OWNER}")


def test_the_owner_that_the_functions_were_before_could(owner_url: str) -> None:
    """What all this is for: the same statements, as the role that migrates."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("begin")
        assert not refused(connection, "set role tasks_api; reset role; alter table tasks no force row level security")
        connection.execute("rollback")
        assert faults_of(connection, FUNCTIONS).startswith(f"{OWNER} may create roles, owns alembic_version and ")
