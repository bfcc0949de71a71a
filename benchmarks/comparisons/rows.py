"""The same requests among ten thousand rows, a million and ten million: by one user, and by users at random."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from uuid import UUID

import psycopg

from benchmarks.database import Database
from benchmarks.measure import Variant, by_turns
from benchmarks.populated import migrated_database, seed_users
from benchmarks.report.figures import Figures
from benchmarks.report.result import Bars, Lines, Part, Point, Result
from local.postgres.server import EmbeddedPostgres, temporary_postgres
from shared.core.auth.verifier import Caller
from shared.core.database.connection import ConnectionSource
from shared.core.database.conninfo import connection_parameters
from shared.core.database.session import Session
from shared.core.deadline import Deadline
from shared.core.resource.changes import ChangesQuery
from shared.tasks import TaskCreate, TaskQuery, TaskStore

LONG = True
SIZES = (10_000, 1_000_000, 10_000_000)
_EACH = 1000  # tasks of a user
_TIMES = 20


@dataclass(slots=True)
class _Users:
    """Of a database of one size, on one connection."""

    source: ConnectionSource
    count: int
    some: Mapping[str, UUID]
    """A task of each of some users."""
    chosen: random.Random

    def store(self, *, anybody: bool) -> tuple[TaskStore, UUID]:
        user = self.chosen.choice(list(self.some)) if anybody else next(iter(self.some))
        session = Session(self.source, user, Deadline.after(9.5), rate_limit=0)
        return TaskStore(Caller(user, None, None, 0.0), session), self.some[user]


_REQUESTS: Mapping[str, Callable[[TaskStore, UUID], object]] = {
    "list": lambda store, _: store.list(TaskQuery(limit=50)),
    "get": lambda store, task: store.get(task),
    "create": lambda store, _: store.create(TaskCreate(title="Buy milk")),
    "changes": lambda store, _: store.changes(ChangesQuery()),
    "search": lambda store, _: store.list(TaskQuery(q="Task 77")),
}


def measure(rounds: int) -> Result:
    return measure_sizes(rounds, SIZES)


def measure_sizes(rounds: int, sizes: tuple[int, ...]) -> Result:
    with temporary_postgres() as server:
        databases = {size: _users(_filled(server, size), size) for size in sizes}
        try:
            one = _compare(rounds, databases, anybody=False)
            any_ = _compare(rounds, databases, anybody=True)
        finally:
            for users in databases.values():
                users.source.close()
    found = {"one user": one, "users at random": any_}
    lines = [_over_sizes(who.capitalize(), figures, sizes) for who, figures in found.items()]
    parts: tuple[Part, ...] = (*lines, *(bars for who, figures in found.items() for bars in _ratios(who, figures)))
    return Result("rows", "Ten thousand rows to ten million", 50, _said(sizes), rounds, parts)


def _filled(server: EmbeddedPostgres, size: int) -> Database:
    database = migrated_database(server, f"rows_{size}")
    seed_users(database, size // _EACH, _EACH)
    return database


def _users(database: Database, size: int) -> _Users:
    count = size // _EACH
    chosen = random.Random(size)
    names = [f"u{number}" for number in chosen.sample(range(1, count + 1), min(count, 1000))]
    with psycopg.connect(database.superuser) as connection:
        query = "select user_id, min(id::text)::uuid from tasks where user_id = any (%s) group by user_id"
        some: dict[str, UUID] = dict(connection.execute(query, (names,)).fetchall())
    return _Users(ConnectionSource(connection_parameters(database.functions)), count, some, chosen)


def _compare(rounds: int, databases: Mapping[int, _Users], *, anybody: bool) -> dict[str, dict[str, Figures]]:
    """By the request and the size."""
    return {
        name: by_turns(
            {_called(size): _asked(users, request, anybody) for size, users in databases.items()}, rounds=rounds
        )
        for name, request in _REQUESTS.items()
    }


def _asked(users: _Users, request: Callable[[TaskStore, UUID], object], anybody: bool) -> Variant:
    def measured() -> float:
        taken = 0.0
        for _ in range(_TIMES):
            store, task = users.store(anybody=anybody)
            started = perf_counter()
            request(store, task)
            taken += perf_counter() - started
        return taken * 1000 / _TIMES

    return measured


def _over_sizes(title: str, found: Mapping[str, Mapping[str, Figures]], sizes: tuple[int, ...]) -> Lines:
    series = {name: tuple(Point(size, figures[_called(size)]) for size in sizes) for name, figures in found.items()}
    return Lines(title, "ms", "rows", series, log_x=True, log_y=True)


def _ratios(who: str, found: Mapping[str, Mapping[str, Figures]]) -> list[Bars]:
    return [Bars(f"{name}, {who}", "ms", figures, base=next(iter(figures))) for name, figures in found.items()]


def _called(size: int) -> str:
    return f"{size:,} rows".replace(",", " ")


def _said(sizes: tuple[int, ...]) -> str:
    return (
        f"The store's requests, without HTTP, on databases of {', '.join(map(_called, sizes))}, of users with {_EACH} "
        "each: a list of 50, one task, a new one, a page of changes, a search through all that a user has. They take "
        f"turns, each {_TIMES} times in a row. One user's rows stay in PostgreSQL's buffers (128 MB). Those of users "
        "at random (a thousand, where there are so many) do so among ten thousand rows; among millions they come from "
        "the page cache or from disk, which is what those take longer for."
    )
