"""What a load falls on: a database with users and their tasks, and the gateway with its workers, as processes."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import psycopg

from benchmarks.database import Database
from benchmarks.load.processes import children
from benchmarks.populated import migrated_database, seed_users
from local import ROOT
from local.postgres.server import EmbeddedPostgres, temporary_postgres
from shared.core.auth.settings import DEVELOPMENT_SECRET

# Of each user's tasks so many may be deleted, before those that are made meanwhile.
_SPARE = 100
# Each user asks less often than that, but a ramp shall end at the machine and not at the limit; requests are counted.
_LIMIT = "999999"


@dataclass(frozen=True, slots=True)
class Stage:
    port: int
    gateway: int
    database: int
    """The ids of processes that have children."""
    users: Mapping[str, tuple[Sequence[str], Sequence[str]]]
    """The tasks that stay, and those that may go, of each user."""

    def processes(self) -> dict[str, list[int]]:
        """By what they are; the database has one for each worker once that has connected."""
        return {
            "functions": children(self.gateway),
            "gateway": [self.gateway],
            "database": [self.database, *children(self.database)],
            "generator": [os.getpid()],
        }


@contextmanager
def staged(*, users: int, tasks: int, workers: int) -> Iterator[Stage]:
    with temporary_postgres() as server:
        database = migrated_database(server, "load")
        seed_users(database, users, tasks)
        with _gateway(database, workers) as (port, process):
            yield Stage(port, process, _postmaster(server), _tasks_of_users(database))


@contextmanager
def _gateway(database: Database, workers: int) -> Iterator[tuple[int, int]]:
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database.functions,
        "AUTH_SECRET": DEVELOPMENT_SECRET,
        "RATE_LIMIT_PER_MINUTE": _LIMIT,
        "POWERTOOLS_METRICS_NAMESPACE": "TasksApi/benchmark",
    }
    command = [sys.executable, "-m", "benchmarks.load.gateway", str(workers)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a line for each request
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError
        said = process.stdout.readline()
        if not said:
            raise SystemExit("the gateway did not start; see what python -m benchmarks.load.gateway says")
        yield int(said), process.pid
        process.stdin.close()


def _postmaster(server: EmbeddedPostgres) -> int:
    return int((server.home / "cluster" / "postmaster.pid").read_text().split()[0])


def _tasks_of_users(database: Database) -> dict[str, tuple[Sequence[str], Sequence[str]]]:
    with psycopg.connect(database.superuser) as connection:
        rows = connection.execute("select user_id, id::text from tasks order by user_id, id").fetchall()
    ids = {user: [task for _, task in group] for user, group in groupby(rows, key=itemgetter(0))}
    return {
        user: (tasks[_SPARE:] or tasks, tasks[:_SPARE] if len(tasks) > _SPARE else []) for user, tasks in ids.items()
    }
