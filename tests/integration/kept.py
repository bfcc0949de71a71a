"""What is kept of a user, in whichever tables the database has."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from local.samples import sample
from shared.core.database import session
from shared.core.database.exchange import exchange
from tests.api import Answer, Api
from tests.catalogue.tables import OWNER_COLUMN, WITHOUT_USERS_DATA
from tests.resources import RESOURCES, Client, new_id

_TABLES = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1"


def tables_of(connection: psycopg.Connection[Any]) -> list[str]:
    """Those that may hold something of a user, by the server's own catalogue."""
    return [name for (name,) in connection.execute(_TABLES) if name not in WITHOUT_USERS_DATA]


def kept_of(superuser: psycopg.Connection[Any], user: str) -> dict[str, list[dict[str, Any]]]:
    """Every row that names the user as its owner, by its table."""
    superuser.execute("set timezone to 'UTC'")
    return {table: list(_rows(superuser, table, user)) for table in tables_of(superuser)}


def _rows(superuser: psycopg.Connection[Any], table: str, user: str) -> Iterator[dict[str, Any]]:
    owner = OWNER_COLUMN.get(table, "user_id")
    query = f"select row_to_json({table}.*) from {table} where {owner} = %s"
    return (row for (row,) in superuser.execute(query.encode(), (user,)))


def use_everything(user: str) -> None:
    """Of each resource a row under a key, one that is deleted, and one that a client made: something in each table."""
    for resource in RESOURCES:
        client = Client(resource, Api(user))
        body = sample(resource.create_body)
        made = client.create(body, headers={"idempotency-key": f"{resource} {uuid4()}".replace(" ", "-")})
        assert made.status == 201, made.text
        assert client.delete(client.created(1)["id"]).status == 204
        made_id = new_id()
        assert client.batch({"op": "create", "id": made_id, **body}).status == 200
        lose_an_attempt(partial(client.update, made_id, sample(resource.update_body)))


def lose_an_attempt(write: Callable[[], Answer]) -> None:
    """A write whose connection ends before it is sent, and which is made again."""

    def lost(connection: Any, queries: Any) -> Any:
        patch.undo()
        connection.close()
        return exchange(connection, queries)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "exchange", lost)
        assert write().status == 200
