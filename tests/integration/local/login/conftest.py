from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command

from local.postgres.server import EmbeddedPostgres
from tests.clusters import server_on
from tests.conftest import OWNER, alembic_config

OWNERS_PASSWORD = "the-owners-p@ssword/"
OWNERS_PART = f"{OWNER}:the-owners-p%40ssword%2F@"
DATABASE = "tasks"


@pytest.fixture(scope="module")
def server(cluster: Path) -> Iterator[EmbeddedPostgres]:
    """A migrated server of its own, on which everybody but the superuser needs a password."""
    with server_on(cluster) as server:
        server.create_role(OWNER)
        server.create_database(DATABASE, OWNER)
        command.upgrade(alembic_config(server.url(DATABASE, OWNER)), "head")
        (hba,) = Path(server.home).glob("cluster/pg_hba.conf")
        hba.write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"alter role {OWNER} password '{OWNERS_PASSWORD}'".encode())
            connection.execute("alter system set log_statement = 'all'")
            connection.execute("select pg_reload_conf()")
        yield server


@pytest.fixture
def owner_url(server: EmbeddedPostgres) -> Iterator[str]:
    """The owner's, of a server that has no login role."""
    yield server.url(DATABASE, OWNER).replace(f"{OWNER}@", OWNERS_PART)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for (role,) in connection.execute(
            "select rolname from pg_roles where rolname like 'tasks%%login%%'"
        ).fetchall():
            connection.execute(f'drop role "{role}"'.encode())
