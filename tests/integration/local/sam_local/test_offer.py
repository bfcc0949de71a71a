"""The embedded database for containers: through TCP, for one login, while the command runs."""

import socket
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from local.postgres.server import EmbeddedPostgres
from local.sam_local.offer import bridge_address, offered
from tests.conftest import OWNER, database_of


def socket_of(url: str) -> str:
    query = parse_qs(urlsplit(url).query)
    return f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}"


def user_of(url: str) -> str:
    user = urlsplit(url).username
    assert user is not None
    return user


def test_the_functions_login_reaches_its_database(functions_url: str) -> None:
    user = user_of(functions_url)
    with offered(socket_of(functions_url), user, "127.0.0.1") as port:
        # Asks for encryption first, as clients do that were told nothing.
        url = f"postgresql://{user}@127.0.0.1:{port}/{database_of(functions_url)}?sslmode=prefer"
        with psycopg.connect(url) as connection:
            found = connection.execute("select current_user, repeat('x', 300000)").fetchone()
    assert found == (user, "x" * 300_000)


@pytest.mark.parametrize("other", ["postgres", OWNER, ""])
def test_nobody_else_does(functions_url: str, other: str) -> None:
    database = database_of(functions_url)
    with (
        offered(socket_of(functions_url), user_of(functions_url), "127.0.0.1") as port,
        pytest.raises(psycopg.OperationalError),
    ):
        psycopg.connect(f"postgresql://{other or 'nobody'}@127.0.0.1:{port}/{database}", connect_timeout=10)


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\x08\x04\xd2\x16\x2e", b"\xff" * 64, b"\0\0\0\x09\0\x03\0\0\0"]
)
def test_what_is_no_login_is_hung_up_on(functions_url: str, said: bytes) -> None:
    with (
        offered(socket_of(functions_url), user_of(functions_url), "127.0.0.1") as port,
        socket.create_connection(("127.0.0.1", port), timeout=10) as client,
    ):
        client.sendall(said)
        assert client.recv(100) == b""


def test_it_ends_with_the_command_also_for_who_is_still_connected(functions_url: str) -> None:
    user = user_of(functions_url)
    with offered(socket_of(functions_url), user, "127.0.0.1") as port:
        connection = psycopg.connect(f"postgresql://{user}@127.0.0.1:{port}/{database_of(functions_url)}")
    with pytest.raises(psycopg.OperationalError):
        connection.execute("select 1")
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)


def test_the_address_is_dockers_bridge_or_loopback() -> None:
    has_bridge = Path("/sys/class/net/docker0").exists()
    assert (bridge_address() != "127.0.0.1") == has_bridge


def test_two_are_served_at_the_same_time(functions_url: str, postgres: EmbeddedPostgres) -> None:
    user = user_of(functions_url)
    with offered(socket_of(functions_url), user, "127.0.0.1") as port:
        url = f"postgresql://{user}@127.0.0.1:{port}/{database_of(functions_url)}"
        with psycopg.connect(url) as one, psycopg.connect(url) as other:
            assert [each.execute("select 1").fetchone() for each in (one, other)] == [(1,), (1,)]
