"""The fallback of `uuidv7()` for servers before PostgreSQL 18, tried on this one under another name."""

import importlib
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

MIGRATION = importlib.import_module("migrations.versions.1501_foundation")


@pytest.fixture
def made(database_url: str) -> list[UUID]:
    """Two thousand ids, one after the other."""
    (source,) = re.findall(r"create function (uuidv7\(\) .*?\$\$;)", MIGRATION.UUIDV7.replace("$do$", ""), re.DOTALL)
    with psycopg.connect(database_url) as connection:
        connection.execute(f"create function fallback_{source}".encode())
        rows = connection.execute("select fallback_uuidv7() from generate_series(1, 2000)")
        return [made for (made,) in rows]


def test_it_is_a_uuid_of_version_7(made: list[UUID]) -> None:
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}
    assert len(set(made)) == len(made)


def test_it_begins_with_the_time(made: list[UUID]) -> None:
    now = datetime.now(UTC)
    for one in (made[0], made[-1]):
        at = datetime.fromtimestamp((one.int >> 80) / 1000, UTC)
        assert timedelta(0) <= now - at < timedelta(minutes=1)


def test_ids_are_in_order_below_the_millisecond(made: list[UUID]) -> None:
    """By what stands before the random bits: many of them were made in the same millisecond."""
    ordered = [one.int >> 64 for one in made]

    assert ordered == sorted(ordered)
    assert len({one.int >> 80 for one in made}) < len(set(ordered)) / 2
