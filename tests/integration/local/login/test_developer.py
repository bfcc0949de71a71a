"""The logins of a developer's database: served as them where the server lets them in."""

from urllib.parse import urlsplit

import psycopg
import pytest

from local.dev.database import ServedError, served_database
from local.login.developer import SUFFIX, let_logins_serve, make_logins
from local.login.role import FUNCTIONS, role_name
from local.postgres.server import EmbeddedPostgres
from tests.integration.local.login.conftest import DATABASE, OWNERS_PASSWORD


def test_a_given_database_is_served_as_its_login_role(owner_url: str) -> None:
    with served_database({"DATABASE_URL": owner_url}, remote=False) as served:
        assert (served.owner, served.origin, served.has_login) == (owner_url, "given", True)
        with psycopg.connect(served.functions, autocommit=True) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("set role tasks_api")
            served.let_serve()
            connection.execute("set role tasks_api")
    assert urlsplit(served.functions).username == role_name(FUNCTIONS, DATABASE, SUFFIX)
    assert urlsplit(served.functions).password not in (None, OWNERS_PASSWORD)


def test_two_serve_one_database(owner_url: str) -> None:
    first, second = make_logins(owner_url), make_logins(owner_url)
    let_logins_serve(owner_url)

    assert first == second
    assert len({urlsplit(url).password for url in first}) == 2
    for url in first:
        psycopg.connect(url).close()


def test_a_database_of_another_machine_is_taken_as_it_is(owner_url: str, server: EmbeddedPostgres) -> None:
    given = "postgresql://functions:pw@db.example.com/tasks"
    with served_database({"DATABASE_URL": owner_url}, remote=True) as served:
        served.let_serve()
    with served_database({"DATABASE_URL": owner_url, "FUNCTIONS_DATABASE_URL": given}, remote=True) as as_deployed:
        as_deployed.let_serve()

    assert (served.functions, served.origin, served.has_login) == (owner_url, "remote", False)
    assert (as_deployed.owner, as_deployed.functions, as_deployed.has_login) == (owner_url, given, False)
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("select from pg_roles where rolname like 'tasks_login%'").fetchall() == []


@pytest.mark.parametrize("change", ["alter role tasks_owner nocreaterole", "select"])
def test_a_server_that_lets_no_role_of_its_owner_in_is_served_as_the_owner(
    owner_url: str, server: EmbeddedPostgres, change: str
) -> None:
    # Given an owner who may make none, or one whom the server knows by other means than the password in the URL
    url = owner_url if change != "select" else server.url(DATABASE)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(change.encode())
        try:
            with served_database({"DATABASE_URL": url}, remote=False) as served:
                served.let_serve()
        finally:
            connection.execute("alter role tasks_owner createrole")

    assert (served.functions, served.has_login) == (url, False)


def test_an_owner_who_may_not_hand_on_the_role_is_told(owner_url: str, server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("create role another login createrole password 'pw'")
        url = owner_url.replace(owner_url.split("@", maxsplit=1)[0], "postgresql://another:pw")
        try:
            with (
                served_database({"DATABASE_URL": url}, remote=False) as served,
                pytest.raises(ServedError, match="the functions cannot log in: permission denied to grant role"),
            ):
                served.let_serve()
        finally:
            connection.execute("drop owned by another cascade")
            for kind in ("tasks_login", "tasks_purge_login"):
                connection.execute(f"drop role {kind}_{DATABASE}_{SUFFIX}".encode())
            connection.execute("drop role another")
