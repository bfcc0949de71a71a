"""The table of a resource: what each has beside the columns of its own, and the statements that follow from them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, Text, Uuid, bindparam, select
from sqlmodel import Field, SQLModel

from shared.core.database.statement import Statement
from shared.core.resource.statements import OwnedStatements
from shared.core.sql.changes import changes
from shared.core.sql.columns import COUNTED, FILTERED, RULE, default, timestamp
from shared.core.sql.pages import listing, orders, owned, owner_table, shown
from shared.core.sql.terms import compiled

_ID = bindparam("id", type_=Uuid())


class Owned(SQLModel):
    """Rows of one user. An id is a UUIDv7, so it is the sort order and the cursor as well.

    With the owner in the key another user's id can neither clash nor be found out, and read backwards the key is the
    order of the list. `revision` numbers the owner's writes, over all their tables; `version` those of the row.
    `made_from` is the hash of the request that made a row whose id the client chose.
    """

    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", sa_type=Text)
    id: UUID = Field(primary_key=True, sa_type=Uuid, sa_column_kwargs=default("uuidv7()"))
    version: int = Field(sa_type=BigInteger, sa_column_kwargs=default("1"))
    revision: int = Field(sa_type=BigInteger)
    made_from: str | None = Field(sa_type=Text)
    created_at: datetime = timestamp(default="now()")
    updated_at: datetime = timestamp(default="now()")


def owned_statements(model: type[Owned], singular: str) -> OwnedStatements:
    """Complete the table with its checks, its indexes and its counts on users; give its statements.

    `singular` names one row of it: `create_<singular>` and its like are the table's functions in the database.
    """
    table = table_of(model)
    columns = [column for column in table.columns if column.name not in Owned.model_fields]
    filters = tuple(column.name for column in columns if column.info.get(FILTERED))
    add_checks(table)
    Index(f"{table.name}_owner_revision", table.c.user_id, table.c.revision, unique=True)
    for name in filters:
        Index(f"{table.name}_owner_{name}", table.c.user_id, table.c[name], table.c.id.desc())
    for counted in (table.name, *(column.info[COUNTED] for column in columns if COUNTED in column.info)):
        owner_table(table).append_column(Column(counted, Integer, nullable=False, **default("0")))
    return OwnedStatements(
        lists={sort: listing(table, filters, order) for sort, order in orders(table).items()},
        get=compiled(
            select(*shown(table)).where(owned(table), table.c.id == _ID),
            name=f"get_{singular}",
            read_only=True,
            repeatable=True,
        ),
        changes=changes(table.name, [column.name for column in shown(table)]),
        # Each run makes a row; under a key, or with an id, a second one finds the first one's.
        create=calling(
            f"create_{singular}",
            *("body jsonb", "key text", "request_hash text", "email text", "name text"),
            *("row_quota integer", "key_quota integer"),
            repeatable=False,
        ),
        # The values are absolute, so a second run ends in the same state.
        patch=calling(f"patch_{singular}", "id uuid", "patch jsonb", "expected bigint[]", repeatable=True),
        # A second run finds nothing, and "no such row" is then true.
        delete=calling(f"delete_{singular}", "id uuid", "expected bigint[]", "row_quota integer", repeatable=True),
        # A second run finds it there, and would be answered as if it had been there before.
        restore=calling(f"restore_{singular}", "id uuid", "row_quota integer", repeatable=False),
        # A second run is answered as the first was.
        batch=calling(
            f"batch_{table.name}",
            *("client_id uuid", "seq bigint", "request_hash text", "operations jsonb", "atomic boolean"),
            *("email text", "name text", "row_quota integer", "allowed integer"),
            repeatable=True,
        ),
        # A second run would count what the first left, which is nothing.
        delete_many=_deletion_of_many(table.name) if filters else None,
        filters=filters,
    )


def _deletion_of_many(table: str) -> Statement:
    return calling(f"delete_{table}", "wanted jsonb", "row_quota integer", repeatable=False)


def calling(function: str, *parameters: str, repeatable: bool) -> Statement:
    """The statement that calls a writing function, with these parameters (name and type)."""
    casts = (f"%({name})s::{sql_type}" for name, sql_type in (parameter.split(" ", 1) for parameter in parameters))
    call: Any = f"select outcome, item from {function}({', '.join(casts)})"  # noqa: S608  # names of ours
    return Statement(call, repeatable=repeatable, name=function)


def table_of(model: type[SQLModel]) -> Table:
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


def add_checks(table: Table) -> None:
    """A check for each column that has a rule, named as PostgreSQL names it."""
    for column in table.columns:
        if RULE in column.info:
            rule = column.info[RULE].format(column.name)
            table.append_constraint(CheckConstraint(rule, name=f"{table.name}_{column.name}_check"))
