"""PostgreSQL 18 from a wheel: a server on a unix socket, for the developer's database and for the tests.

    home/            0700, made here
      cluster/       the data directory
      socket/        reached by the user who started the server (and root), and by nobody on the network
      log  lock

The wheel's own server class is not used: as root it makes every directory above the data readable to all users.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from local.postgres import guard
from local.postgres.account import Account, server_account
from local.postgres.cluster import SUPERUSER, Cluster, PostgresError, copy_cluster, last_line, program

_PORT = 5432
_SOCKET_NAME = f".s.PGSQL.{_PORT}"
_SOCKET_PATH_LIMIT = 100  # 103 bytes on macOS, 107 on Linux
_START_SECONDS = 60
_LOCK_SECONDS = 3
_SETTINGS = ("--listen_addresses=", "--timezone=UTC", "--log_timezone=UTC")
# Tests throw their data away, so they need not wait for the disk, nor write for a recovery that will not be.
_VOLATILE_SETTINGS = (
    "--fsync=off",
    "--synchronous_commit=off",
    "--full_page_writes=off",
    "--autovacuum=off",
    "--wal_level=minimal",
    "--max_wal_senders=0",
    "--checkpoint_timeout=1d",
    "--max_wal_size=4GB",
)


class EmbeddedPostgres:
    """A server that runs from `start` to `stop`, and never longer than this process, however that ends.

    One that is not durable is stopped at once: its data are there again after a recovery.
    With `shared`, one that another process of this user runs on `home` is used, and left alone.
    """

    def __init__(self, home: Path, *, durable: bool = True, shared: bool = False) -> None:
        self.home = home.resolve()
        self._cluster = Cluster(self.home / "cluster")
        self._socket = self.home / "socket"
        self._shared = shared
        self._settings = _SETTINGS if durable else _SETTINGS + _VOLATILE_SETTINGS
        # A copy by files begins and ends with a checkpoint: nothing to a server that does not wait for the disk.
        self._strategy = "wal_log" if durable else "file_copy"
        self._stopping = guard.CLEANLY if durable else guard.AT_ONCE
        self._guard: subprocess.Popen[bytes] | None = None
        self._temporary: Path | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server, making the cluster on the first start.

        Raises:
            PostgresError: with one line that says why not.
        """
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self.home / "lock").open("w") as lock:
                if self._acquire(lock):
                    self._start(server_account(), lock)
        except OSError as error:
            self.stop()
            raise PostgresError(str(error)) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            self._guard.wait(2 * guard.SECONDS_TO_STOP)
            self._guard = None
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None

    def url(self, database: str = SUPERUSER, user: str = SUPERUSER) -> str:
        host = quote(str(self._socket), safe="")
        return f"postgresql://{quote(user)}@/{quote(database)}?host={host}&port={_PORT}&sslmode=disable"

    def create_role(self, name: str) -> None:
        """Make a role unless it is there; of Neon's shape: it logs in and makes roles, but row security binds it."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            if connection.execute("select from pg_roles where rolname = %s", (name,)).fetchone() is None:
                connection.execute(sql.SQL("create role {} login createrole").format(sql.Identifier(name)))

    def create_database(self, name: str, owner: str, *, template: str = "template1") -> None:
        """Make an empty database, or a copy of `template`, unless it is there."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            if connection.execute("select from pg_database where datname = %s", (name,)).fetchone() is None:
                statement = sql.SQL("create database {} owner {} template {} strategy {}")
                connection.execute(statement.format(*map(sql.Identifier, (name, owner, template, self._strategy))))

    def drop_database(self, name: str) -> None:
        """Remove a database, and whoever is connected to it, if it is there."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def _acquire(self, lock: IO[str]) -> bool:
        """Whether this process is now the one that runs the server; if not, another does, and it is shared."""
        deadline = time.monotonic() + _LOCK_SECONDS  # a run that was just killed is still stopping its server
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self._shared and self._cluster.is_ready():
                    self._socket = self._cluster.socket_directory()
                    return False
                if time.monotonic() > deadline:
                    raise PostgresError(f"{self.home} is in use by another command of this clone") from None
                time.sleep(0.05)
            else:
                return True

    def _start(self, account: Account, lock: IO[str]) -> None:
        self._cluster.prepare(account)
        self._cluster.clear_left_over()
        self._prepare_socket(account)
        self._launch(account, lock)
        self._wait_until_ready()

    def _prepare_socket(self, account: Account) -> None:
        self._socket = self.home / "socket"
        path = str(self._socket / _SOCKET_NAME)
        # A comma separates directories for the server and hosts for libpq.
        if len(os.fsencode(path)) > _SOCKET_PATH_LIMIT or set(path) & set(',"'):
            self._temporary = Path(tempfile.mkdtemp(prefix="tasks-postgres-"))
            self._socket = self._temporary / "socket"
        self._socket.mkdir(mode=0o700, exist_ok=True)
        account.own(self._socket)

    def _launch(self, account: Account, lock: IO[str]) -> None:
        server = [program("postgres"), "-D", str(self._cluster.path), "-k", str(self._socket), "-p", str(_PORT)]
        guarded = [sys.executable, "-I", "-S", guard.__file__, str(int(self._stopping)), *account.prefix, *server]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        with (self.home / "log").open("wb") as log:
            self._guard = subprocess.Popen(
                [*guarded, *self._settings],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=environment,
                pass_fds=(lock.fileno(),),  # so that the lock is free only once the server is gone
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._cluster.is_ready():
            if self._guard is None or self._guard.poll() is not None or time.monotonic() > deadline:
                log = self.home / "log"
                raise PostgresError(
                    f"PostgreSQL did not start: {last_line(log.read_text(errors='replace'))} (see {log})"
                )
            time.sleep(0.01)


@contextmanager
def temporary_postgres(cluster: Path | None = None, place: Path | None = None) -> Iterator[EmbeddedPostgres]:
    """A server whose data goes away with it, on a copy of `cluster` if given; any number of them run side by side.

    `place` is the directory to keep the data in meanwhile, if it is not that of temporary files.
    """
    with tempfile.TemporaryDirectory(prefix="tasks-postgres-", dir=place) as home:
        if cluster is not None:
            copy_cluster(cluster, Path(home))
        with EmbeddedPostgres(Path(home), durable=False) as server:
            yield server
