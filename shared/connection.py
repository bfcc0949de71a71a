"""The PostgreSQL connection of this execution environment: dialled, handed out, dropped."""

from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from threading import Thread
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row

from shared.deadline import Deadline


class BoundedConnection(psycopg.Connection[DictRow]):
    """A connection that waits for the server no longer than until `deadline`."""

    deadline: Deadline

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        # Every exchange with the server goes through here. psycopg itself would wait for ever.
        left = self.deadline.remaining()
        return super().wait(gen, interval, left if timeout is None else min(timeout, left))


class ConnectionSource:
    """Holds one connection between invocations, and dials another when there is none.

    Dialling happens in a thread, so that waiting for it can end with the deadline: what is dialled after that serves
    the next request.
    """

    def __init__(self, parameters: dict[str, str]) -> None:
        self._conninfo = make_conninfo("", **parameters)
        self._connection: BoundedConnection | None = None
        self._dialled: Future[BoundedConnection] | None = None

    def dial(self) -> "Future[BoundedConnection]":
        """Start to connect, unless that is under way; a failure shows when the connection is asked for."""
        if self._dialled is None:
            self._dialled = Future()
            Thread(target=self._dial, args=(self._dialled,), name="dial", daemon=True).start()
        return self._dialled

    def get(self, deadline: Deadline) -> BoundedConnection:
        """The connection, dialled if need be.

        Raises:
            psycopg.Error: it cannot be had. Nothing was sent.
        """
        if self._connection is None:
            self._connection = self._await_dialled(deadline)
        self._connection.deadline = deadline
        return self._connection

    @property
    def connected(self) -> bool:
        return self._connection is not None

    def drop_unless_idle(self) -> None:
        """After a failed batch: keep the connection only where the server ended the transaction and answered so."""
        if self._connection and self._connection.info.transaction_status is not TransactionStatus.IDLE:
            self.drop()

    def drop(self) -> None:
        """Close the connection at once, whatever state it is in."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _await_dialled(self, deadline: Deadline) -> BoundedConnection:
        dialled = self.dial()
        try:
            connection = dialled.result(timeout=deadline.remaining())
        except FutureTimeout:
            raise psycopg.OperationalError("still connecting at the deadline") from None
        except BaseException:
            self._dialled = None
            raise
        self._dialled = None
        return connection

    def _dial(self, dialled: "Future[BoundedConnection]") -> None:
        try:
            connection = BoundedConnection.connect(
                autocommit=True, prepare_threshold=None, row_factory=dict_row, conninfo=self._conninfo
            )
        except BaseException as error:  # noqa: BLE001  # a thread's failure is its waiter's
            dialled.set_exception(error)
        else:
            dialled.set_result(connection)
