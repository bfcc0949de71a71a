"""The PostgreSQL connection of this execution environment: dialled, kept between invocations, dropped when dead."""

import select
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from functools import cached_property
from threading import Lock, Thread
from typing import Any

import psycopg
from psycopg import abc
from psycopg.adapt import Transformer
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row

from shared.core.clocks import Clocks, Moment
from shared.core.database.breaker import Breaker
from shared.core.deadline import Deadline
from shared.core.tracing import span

# Neon closes what was idle for 5 minutes, and PgBouncer in front of it what it likes.
MAX_IDLE_S = 240.0
# A dial that has taken longer was frozen with its execution environment, and talks to nobody any more.
MAX_DIAL_S = 15.0
# A compute that sleeps is awake by then: a younger dial is waited for, an older one talks to nobody.
LONGEST_WAKE_S = 5.0
# A password that stays refused must not buy a look-up with each request.
RENEWAL_PAUSE_S = 5.0


class BoundedConnection(psycopg.Connection[DictRow]):
    """A connection that waits for the server no longer than until `deadline`."""

    deadline: Deadline

    @cached_property
    def transformer(self) -> abc.Transformer:
        """From Python's types to PostgreSQL's and back: of no connection, so that times are in UTC, and not in the zone
        that the database is set to."""
        return Transformer()

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        # Every exchange with the server goes through here. psycopg itself would wait for ever.
        left = self.deadline.remaining()
        return super().wait(gen, interval, left if timeout is None else min(timeout, left))


class Dial:
    """One attempt to connect, in a thread: waiting for it can end with a deadline, and what comes later is not lost."""

    def __init__(self, conninfo: str, clocks: Clocks) -> None:
        self._clocks, self._started = clocks, clocks.now()
        self._connected: Future[BoundedConnection] = Future()
        Thread(target=self._connect, args=(conninfo,), name="dial", daemon=True).start()

    def has_connected(self) -> bool:
        return self._connected.done() and self._connected.exception() is None

    def age(self) -> float:
        """Seconds."""
        return self._clocks.since(self._started)

    def result(self, deadline: Deadline) -> BoundedConnection:
        """The connection.

        Raises:
            FutureTimeout: the deadline came first; ask again later.
            psycopg.Error: it failed.
        """
        return self._connected.result(timeout=deadline.remaining())

    def abandon(self) -> None:
        """Nobody will ask for the result: close it when it comes."""
        self._connected.add_done_callback(lambda done: None if done.exception() else done.result().close())

    def _connect(self, conninfo: str) -> None:
        try:
            connection = BoundedConnection.connect(
                conninfo, autocommit=True, prepare_threshold=None, row_factory=dict_row
            )
        except BaseException as error:  # noqa: BLE001  # a thread's failure is its waiter's
            self._connected.set_exception(error)
        else:
            self._connected.set_result(connection)


class ConnectionSource:
    """Holds one connection between invocations, and dials another when there is none or it has died."""

    def __init__(
        self,
        parameters: dict[str, str],
        clocks: Clocks | None = None,
        *,
        renewed: Callable[[], dict[str, str]] | None = None,
    ) -> None:
        """`renewed` gives the parameters anew, where they may change while this process lives."""
        self._conninfo = make_conninfo("", **parameters)
        self._renewed = renewed
        self._clocks = clocks or Clocks()
        self.breaker = Breaker(self._clocks)
        self._connection: BoundedConnection | None = None
        self._used = self._clocks.now()
        self._pending: Dial | None = None
        self._one_dial = Lock()
        self._renewed_at: Moment | None = None
        self.is_fresh = False  # whether the last `get` had to wait for a connection

    @property
    def connected(self) -> bool:
        return self._connection is not None

    def out_of_reach_for(self) -> int:
        """Seconds for which it is of no use to ask for a connection: there is none, and lately none could be had."""
        if self._connection or (self._pending and self._pending.has_connected()):
            return 0
        return self.breaker.seconds_left()

    def could_not_connect(self) -> None:
        """A request gave up for want of a connection: the next are not to try, unless a dial may still end well."""
        if self._pending is None or self._pending.age() > LONGEST_WAKE_S:
            self.breaker.failed()

    def dial(self) -> None:
        """Start to connect, unless there is a connection. A failure shows when the connection is asked for."""
        if self._connection is None:
            self._dial()

    def _dial(self) -> Dial:
        with self._one_dial:
            if self._pending and self._pending.age() > MAX_DIAL_S:
                self._pending.abandon()
                self._pending = None
            if self._pending is None:
                self._pending = Dial(self._conninfo, self._clocks)
            return self._pending

    def get(self, deadline: Deadline) -> BoundedConnection:
        """A connection that was alive a moment ago, dialled if need be.

        Raises:
            psycopg.Error: it cannot be had. Nothing was sent.
        """
        if self._connection and self._is_dead(self._connection):
            self.drop()
        self.is_fresh = self._connection is None
        if self._connection is None:
            self._connection = self._connect(deadline)
            self.breaker.succeeded()
        self._connection.deadline = deadline
        self._used = self._clocks.now()
        return self._connection

    def drop_unless_idle(self) -> None:
        """After a failed batch: keep the connection only where the server ended the transaction and answered so."""
        if self._connection and self._connection.info.transaction_status is not TransactionStatus.IDLE:
            self.drop()

    def drop(self) -> None:
        """Close the connection at once, whatever state it is in."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Leave nothing open, nor anything that will open."""
        self.drop()
        if self._pending:
            self._pending.abandon()
            self._pending = None

    def _is_dead(self, connection: BoundedConnection) -> bool:
        """Found out without a round trip: an idle server has nothing to say, so that any sign from it is the end."""
        if connection.closed or self._clocks.since(self._used) > MAX_IDLE_S:
            return True
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        return bool(poll.poll(0))

    def _connect(self, deadline: Deadline) -> BoundedConnection:
        try:
            return self._await_dial(deadline)
        except psycopg.OperationalError as error:
            if "password authentication failed" not in str(error) or not self._renew():
                raise
        return self._await_dial(deadline)

    def _renew(self) -> bool:
        """Whether there are other parameters than before: the password may have been rotated."""
        lately = self._renewed_at is not None and self._clocks.since(self._renewed_at) < RENEWAL_PAUSE_S
        if self._renewed is None or lately:
            return False
        self._renewed_at = self._clocks.now()
        conninfo = make_conninfo("", **self._renewed())
        changed, self._conninfo = conninfo != self._conninfo, conninfo
        return changed

    def _await_dial(self, deadline: Deadline) -> BoundedConnection:
        dial = self._dial()
        try:
            # What the request waits for: an early dial has begun before it, and perhaps in a process that was frozen.
            with span("connect", dial_age_ms=round(dial.age() * 1000, 2)):
                connection = dial.result(deadline)
        except FutureTimeout:
            raise psycopg.OperationalError("still connecting at the deadline") from None
        except BaseException:
            self._pending = None
            raise
        self._pending = None
        return connection
