"""What is kept of a user, in whichever tables the database has."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg

from local.samples import sample
from tests.api import Api
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
        assert client.batch({"op": "create", "id": new_id(), **body}).status == 200
