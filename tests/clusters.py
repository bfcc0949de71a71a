"""Data directories of PostgreSQL, made once for all test processes; each server of a test has a copy of one."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from local.postgres.account import server_account
from local.postgres.cluster import Cluster, copy_cluster
from local.postgres.server import EmbeddedPostgres, temporary_postgres
from tests.once import made_once

_MEMORY = Path("/dev/shm")
# Of one process: a hundred databases of 8 MB, and as much again for those that large tables are made in.
_ROOM = 2 * 1024**3


@contextmanager
def server_on(cluster: Path) -> Iterator[EmbeddedPostgres]:
    """A server on a copy of `cluster`, in memory if there is plenty: a database is 300 files, which on a disk cost five
    times as much to make."""
    with temporary_postgres(cluster, _MEMORY if _has_room() else None) as server:
        yield server


def _has_room() -> bool:
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    try:
        disk = os.statvfs(_MEMORY)
        (available,) = re.findall(r"^MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    except (OSError, ValueError):
        return False  # no Linux, or none that says
    # Twice that, for the machine has other things to do.
    return min(disk.f_bavail * disk.f_frsize, int(available) * 1024) > 2 * _ROOM * processes


def initialized(factory: pytest.TempPathFactory) -> Path:
    """As initdb leaves it."""

    def make(directory: Path) -> None:
        Cluster(directory / "cluster").prepare(server_account())

    return made_once(factory, "initialized", make) / "cluster"


def prepared(factory: pytest.TempPathFactory, cluster: Path, prepare: Callable[[EmbeddedPostgres], None]) -> Path:
    """As `prepare` leaves it: with roles and databases."""

    def make(directory: Path) -> None:
        with server_on(cluster) as server:
            prepare(server)
            with psycopg.connect(server.url(), autocommit=True) as connection:
                connection.execute("checkpoint")  # else each copy would begin with a recovery of all that
            server.stop()
            copy_cluster(server.home / "cluster", directory)

    return made_once(factory, "prepared", make) / "cluster"
