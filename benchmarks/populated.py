"""Databases with many users and their tasks."""

import os

import psycopg

from benchmarks.database import Database
from local.login.developer import migrated_logins
from local.postgres.developer import OWNER, finish_alembic, start_alembic
from local.postgres.server import EmbeddedPostgres
from tests.indexes import without_indexes


def migrated_database(server: EmbeddedPostgres, name: str) -> Database:
    """An empty one, with the logins of the functions."""
    server.create_role(OWNER)
    server.create_database(name, OWNER)
    owner = server.url(name, OWNER)
    finish_alembic(start_alembic(owner, os.environ, "upgrade", "head"))
    return Database(migrated_logins(owner).functions, server.url(name))


def seed_users(database: Database, users: int, tasks: int) -> None:
    """`u1` and so on, each with so many tasks; one in a hundred of them is completed."""
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")  # what foreign keys ask for is there
        connection.execute("set maintenance_work_mem = '1GB'")
        connection.execute(
            "insert into users (id, revision, tasks, completed_tasks) "
            "select 'u' || u, %(tasks)s, %(tasks)s, %(tasks)s / 100 from generate_series(1, %(users)s) u",
            {"users": users, "tasks": tasks},
        )
        with without_indexes(connection, "tasks"):
            connection.execute(
                "insert into tasks (user_id, revision, title, description, completed, completed_at) "
                "select 'u' || u, n, 'Task ' || n, 'What is to be done, and by when', n %% 100 = 0, "
                "case when n %% 100 = 0 then now() end "
                "from generate_series(1, %(users)s) u, generate_series(1, %(tasks)s) n",
                {"users": users, "tasks": tasks},
            )
        connection.execute("vacuum analyze")
