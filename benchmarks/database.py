"""A database with the tasks of two users, for the variants of a comparison."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from local.login.developer import migrated_logins
from local.postgres.developer import OWNER, finish_alembic, start_alembic
from local.postgres.server import temporary_postgres

TASKS = 50
USERS = ("alice", "bob")
# One that each of them has.
TASK = "01890000-0000-7000-8000-000000000001"
_DATABASE = "benchmark"


@dataclass(frozen=True, slots=True)
class Database:
    functions: str
    """As this project's functions log in."""
    superuser: str
    """As the others do: they know no role to switch to, and row security does not bind a superuser."""


@contextmanager
def seeded_database() -> Iterator[Database]:
    """Each of `USERS` has `TASKS` tasks, so that who is compared need not meet whom."""
    with temporary_postgres() as server:
        server.create_role(OWNER)
        server.create_database(_DATABASE, OWNER)
        owner = server.url(_DATABASE, OWNER)
        finish_alembic(start_alembic(owner, os.environ, "upgrade", "head"))
        database = Database(migrated_logins(owner).functions, server.url(_DATABASE))
        with psycopg.connect(database.superuser) as connection:
            _seed(connection)
        yield database


def _seed(connection: psycopg.Connection) -> None:
    for user in USERS:
        connection.execute("insert into users (id, revision, tasks) values (%s, %s, %s)", (user, TASKS, TASKS))
        connection.execute(
            "insert into tasks (id, user_id, revision, title, description) "
            "select case n when 1 then %s::uuid else uuidv7() end, "
            "%s, n, 'Task ' || n, 'What is to be done' from generate_series(1, %s) n",
            (TASK, user, TASKS),
        )
    # Others than this project know no revisions, and may insert a task without one.
    connection.execute("create sequence peers_revision start 1000000")
    connection.execute("alter table tasks alter revision set default nextval('peers_revision')")
