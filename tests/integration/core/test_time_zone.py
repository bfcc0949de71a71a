"""Times are written and read in UTC, whatever zone the database, or its role, is set to."""

import psycopg

from tests.api import Api
from tests.conftest import database_of


def test_the_zone_of_the_database_is_none_of_ours(alice: Api, served: str, superuser: psycopg.Connection) -> None:
    superuser.execute(f"alter database {database_of(served)} set timezone to 'Europe/Berlin'".encode())
    task = alice.created()
    superuser.execute("update tasks set created_at = '9999-12-31T23:59:59Z', updated_at = '1800-01-01T00:00:00Z'")

    listed, changed = alice.list(), alice.update(task["id"], {"title": "Another"})

    assert (listed.status, changed.status) == (200, 200), changed.text
    assert listed.data[0]["created_at"] == changed.data["created_at"] == "9999-12-31T23:59:59Z"
    assert listed.data[0]["updated_at"] == "1800-01-01T00:00:00Z"
