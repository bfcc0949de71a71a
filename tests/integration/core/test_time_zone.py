"""Times are written and read in UTC, whatever zone the database, or its role, is set to."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.api import Api
from tests.conftest import database_of


@pytest.fixture
def in_berlin(served: str, superuser: psycopg.Connection) -> Iterator[None]:
    """The database, which other tests are given afterwards."""
    name = database_of(served)
    superuser.execute(f"alter database {name} set timezone to 'Europe/Berlin'".encode())
    yield
    superuser.execute(f"alter database {name} reset timezone".encode())


@pytest.mark.usefixtures("in_berlin")
def test_the_zone_of_the_database_is_none_of_ours(alice: Api, superuser: psycopg.Connection) -> None:
    task = alice.created()
    superuser.execute("update tasks set created_at = '9999-12-31T23:59:59Z', updated_at = '1800-01-01T00:00:00Z'")

    listed, changed = alice.list(), alice.update(task["id"], {"title": "Another"})

    assert (listed.status, changed.status) == (200, 200), changed.text
    assert listed.data[0]["created_at"] == changed.data["created_at"] == "9999-12-31T23:59:59Z"
    assert listed.data[0]["updated_at"] == "1800-01-01T00:00:00Z"
