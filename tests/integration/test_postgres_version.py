"""The version of PostgreSQL that the tests were asked to run on."""

import os

import psycopg

from local.postgres.cluster import MAJOR_VERSION


def test_it_is_the_one_that_was_asked_for(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert str(connection.info.server_version // 10_000) == os.environ.get("POSTGRES", MAJOR_VERSION)
