"""A table of users' rows that is dropped takes with it what is kept of them."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, create_engine

from migrations.owned_table import drop_owned_table, owned_table
from tests.api import Api
from tests.resources import new_id

OPERATIONS = (
    """[{"op": "create", "hash": "x", "body": {"id": "%(id)s", "title": "Gone"}}, {"op": "delete", "id": "%(id)s"}]"""
)
BATCH = "select outcome from batch_zebras(%s, 1, 'x', %s, false, null, null, 10, 0)"
KEPT = "select collection from deletions union all select collection from sync_clients"


@pytest.fixture
def owner(database_url: str) -> Iterator[Engine]:
    """Whoever migrates."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(database_url))
    yield engine
    engine.dispose()


def test_what_was_deleted_of_it_goes_and_what_is_of_others_stays(
    served: str, owner: Engine, superuser: psycopg.Connection
) -> None:
    api = Api("alice")
    api.delete(api.created()["id"])
    with owner.begin() as migrating, Operations.context(MigrationContext.configure(migrating)):
        owned_table("zebras", "zebra", {"title": "text not null"})
    with psycopg.connect(served) as connection:
        connection.execute("set role tasks_api")
        connection.execute("set app.user_id = 'alice'")
        connection.execute(BATCH, (new_id(), OPERATIONS % {"id": new_id()}))
    assert sorted(superuser.execute(KEPT)) == [("tasks",), ("zebras",), ("zebras",)]

    with owner.begin() as migrating, Operations.context(MigrationContext.configure(migrating)):
        drop_owned_table("zebras", "zebra")

    assert list(superuser.execute(KEPT)) == [("tasks",)]
    walls = superuser.execute("select relforcerowsecurity from pg_class where relname in ('deletions', 'sync_clients')")
    assert list(walls) == [(True,), (True,)]
