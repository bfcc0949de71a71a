"""Times are written and read in UTC, whatever zone and style the database, or its role, is set to."""

from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest

from shared.core.database.session import Session
from shared.core.database.statement import Statement
from shared.core.deadline import Deadline
from tests.api import Api
from tests.conftest import database_of
from tests.stores import connection_source

ELSEWHERE = {"timezone": "Europe/Berlin", "datestyle": "German", "intervalstyle": "iso_8601"}


@pytest.fixture(autouse=True)
def _elsewhere(served: str, superuser: psycopg.Connection) -> Iterator[None]:
    """The database, which other tests are given afterwards."""
    name = database_of(served)
    for setting, value in ELSEWHERE.items():
        superuser.execute(f"alter database {name} set {setting} to '{value}'".encode())
    yield
    superuser.execute(f"alter database {name} reset all".encode())


def test_the_zone_of_the_database_is_none_of_ours(alice: Api, superuser: psycopg.Connection) -> None:
    task = alice.created()
    superuser.execute("update tasks set created_at = '9999-12-31T23:59:59Z', updated_at = '1800-01-01T00:00:00Z'")

    listed, changed = alice.list(), alice.update(task["id"], {"title": "Another"})

    assert (listed.status, changed.status) == (200, 200), changed.text
    assert listed.data[0]["created_at"] == changed.data["created_at"] == "9999-12-31T23:59:59Z"
    assert listed.data[0]["updated_at"] == "1800-01-01T00:00:00Z"


def test_nor_is_the_style_in_which_it_writes_dates_and_intervals(functions_url: str) -> None:
    asked = Statement("select date '0005-02-01' as day, interval '-1 day 1 second' as span", read_only=True)

    with connection_source(functions_url) as source:
        rows = Session(source, "alice", Deadline.after(9)).run(asked, {})

    assert rows == [{"day": date(5, 2, 1), "span": timedelta(days=-1, seconds=1)}]
