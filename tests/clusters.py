"""Data directories of PostgreSQL, made once for all test processes; each server of a test has a copy of one."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from local.postgres.account import server_account
from local.postgres.cluster import Cluster, copy_cluster
from local.postgres.server import EmbeddedPostgres, temporary_postgres
from tests.once import made_once


def initialized(factory: pytest.TempPathFactory) -> Path:
    """As initdb leaves it."""

    def make(directory: Path) -> None:
        Cluster(directory / "cluster").prepare(server_account())

    return made_once(factory, "initialized", make) / "cluster"


def prepared(factory: pytest.TempPathFactory, cluster: Path, prepare: Callable[[EmbeddedPostgres], None]) -> Path:
    """As `prepare` leaves it: with roles and databases."""

    def make(directory: Path) -> None:
        with temporary_postgres(cluster) as server:
            prepare(server)
            with psycopg.connect(server.url(), autocommit=True) as connection:
                connection.execute("checkpoint")  # else each copy would begin with a recovery of all that
            server.stop()
            copy_cluster(server.home / "cluster", directory)

    return made_once(factory, "prepared", make) / "cluster"
