"""What a history is played in: the functions of this process, a database that keeps a journal, and time that passes."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import DateTime

from local.resources import tables
from shared.core.database.connection import ConnectionSource
from shared.core.database.quotas import Quotas
from shared.core.deadline import Deadline
from shared.core.environment import environment
from shared.core.resource.changes import FeedCursor
from shared.purge import purge
from tests.api import Answer
from tests.stores import connection_source
from tests.sync.before import Before
from tests.sync.requests import Request, serve

_histories = count()
# Who waits for longer is told to come again: so a history in which one waits for another goes on in one thread.
LOCK_TIMEOUT = "5ms"


@cache
def _passing(days: int) -> bytes:
    """Moves everything that will go some day, of these users, so many days back."""
    statements = []
    for name, table in tables().items():
        if "expires" not in table.columns:
            continue
        times = [column.name for column in table.columns if isinstance(column.type, DateTime)]
        moved = [f"expires = expires - {days}", *(f"{time} = {time} - interval '{days} days'" for time in times)]
        theirs = f"{name} where user_id = any(%(users)s)"
        statements += [
            f"insert into retention.days select distinct expires - {days}, bucket from {theirs} on conflict do nothing",
            f"update {name} set {', '.join(moved)} where user_id = any(%(users)s)",
        ]
    return "; ".join(statements).encode()


def aged(cursor: str, collection: str, days: int) -> str:
    """A cursor that was answered so many days earlier."""
    read = FeedCursor.read(cursor, collection)
    return read._replace(caught_up=max(0, read.caught_up - days * 86400)).encoded(collection)


@dataclass
class World:
    """`slow` is a connection whose transactions stay open as long as one likes."""

    superuser: psycopg.Connection[Any]
    slow: ConnectionSource
    purging: ConnectionSource
    before: Before

    def new_users(self, how_many: int) -> list[str]:
        """Whom no other history has."""
        return [f"{name}-{next(_histories)}" for name in ("alice", "bob", "carol")[:how_many]]

    def limit(self, row_quota: int) -> None:
        environment().settings = environment().settings._replace(quotas=Quotas(row_quota=row_quota))

    def pass_days(self, users: list[str], days: int) -> int:
        """For these users, and then the purge runs. Gives what it gives."""
        with self.superuser.transaction(), psycopg.ClientCursor(self.superuser) as cursor:
            # As any other write of theirs.
            cursor.execute("select from users where id = any(%(users)s) for no key update", {"users": users})
            cursor.execute(_passing(days), {"users": users})
        return purge(self.purging, Deadline.after(20))

    def begin(self) -> None:
        """A request comes in, whose transaction is old when its statement is run."""
        self.slow.get(Deadline.after(9)).execute("begin")

    def serve_slowly(self, request: Request) -> Answer:
        """Run it in that transaction, which stays open unless it failed."""
        usual, environment().connections = environment().connections, self.slow
        try:
            return serve(request)
        finally:
            environment().connections = usual

    @property
    def in_transaction(self) -> bool:
        connection = self.slow._connection
        return connection is not None and connection.info.transaction_status is not TransactionStatus.IDLE

    def commit(self) -> None:
        self.slow.get(Deadline.after(9)).execute("commit")

    def roll_back(self) -> None:
        """Whatever a history has left open."""
        if self.in_transaction:
            self.slow.drop()

    def kill(self) -> None:
        """The server ends the session, and with it what it had begun."""
        self._terminate(self.slow.get(Deadline.after(9)))
        self.slow.drop()

    def kill_idle(self) -> None:
        """Of the functions: they are to notice nothing."""
        self._terminate(environment().connections.get(Deadline.after(9)))

    def _terminate(self, connection: psycopg.Connection[Any]) -> None:
        self.superuser.execute("select pg_terminate_backend(%s)", (connection.info.backend_pid,))
        with suppress(psycopg.OperationalError):
            connection.execute("select pg_sleep(9)")


@contextmanager
def open_world(superuser_url: str, functions_url: str, purge_url: str) -> Iterator[World]:
    with (
        psycopg.connect(superuser_url, autocommit=True) as superuser,
        connection_source(functions_url) as slow,
        connection_source(functions_url) as other,
        connection_source(purge_url) as purging,
    ):
        before = Before(lambda: other.get(Deadline.after(9)), lambda: environment().settings.quotas)
        yield World(superuser, slow, purging, before)
