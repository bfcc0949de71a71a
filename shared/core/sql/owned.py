"""The table of a resource: what each has beside the columns of its own, and the statements that follow from them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import ClauseElement, ColumnElement
from sqlmodel import Field, SQLModel

from shared.core.database.session import Statement
from shared.core.resource.statements import TOTAL, OwnedStatements, filter_parameter
from shared.core.sql.columns import COUNTED, FILTERED, RULE, default, timestamp
from shared.core.sql.terms import CALLER, ROWS, compiled

_ID = bindparam("id", type_=Uuid())
_CURSOR = bindparam("cursor", type_=Uuid())
_COUNT = bindparam("count", type_=Boolean())


class Owned(SQLModel):
    """Rows of one user. An id is a UUIDv7, so it is the sort order and the cursor as well.

    With the owner in the key another user's id can neither clash nor be found out, and read backwards the key is the
    order of the list. `revision` numbers the owner's writes, over all their tables; `version` those of the row.
    """

    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", sa_type=Text)
    id: UUID = Field(primary_key=True, sa_type=Uuid, sa_column_kwargs=default("uuidv7()"))
    version: int = Field(sa_type=BigInteger, sa_column_kwargs=default("1"))
    revision: int = Field(sa_type=BigInteger)
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
        _users(table).append_column(Column(counted, Integer, nullable=False, **default("0")))
    return OwnedStatements(
        list=compiled(_list(table, filters), read_only=True, repeatable=True),
        get=compiled(select(*_shown(table)).where(_owned(table), table.c.id == _ID), read_only=True, repeatable=True),
        # Each run makes a row; under a key a second one finds the first one's.
        create=calling(
            f"create_{singular}",
            *("body jsonb", "key text", "request_hash text", "email text", "name text"),
            *("row_quota integer", "key_quota integer"),
        ),
        # The values are absolute, so a second run ends in the same state.
        patch=calling(f"patch_{singular}", "id uuid", "patch jsonb", "expected bigint[]", repeatable=True),
        # A second run finds nothing, and "no such row" is then true.
        delete=calling(f"delete_{singular}", "id uuid", "expected bigint[]", "row_quota integer", repeatable=True),
        filters=filters,
    )


def calling(function: str, *parameters: str, repeatable: bool = False) -> Statement:
    """The statement that calls a writing function, with these parameters (name and type)."""
    casts = (f"%({name})s::{sql_type}" for name, sql_type in (parameter.split(" ", 1) for parameter in parameters))
    call: Any = f"select outcome, item from {function}({', '.join(casts)})"  # noqa: S608  # names of ours
    return Statement(call, repeatable=repeatable)


def table_of(model: type[SQLModel]) -> Table:
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


def add_checks(table: Table) -> None:
    """A check for each column that has a rule, named as PostgreSQL names it."""
    for column in table.columns:
        if RULE in column.info:
            rule = column.info[RULE].format(column.name)
            table.append_constraint(CheckConstraint(rule, name=f"{table.name}_{column.name}_check"))


def _users(table: Table) -> Table:
    return next(iter(table.c.user_id.foreign_keys)).column.table


def _owned(table: Table) -> ColumnElement[bool]:
    return table.c.user_id == CALLER


def _shown(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.name != "revision"]


def _list(table: Table, filters: tuple[str, ...]) -> ClauseElement:
    """A page, with the total beside each row; an empty page is one row of nulls, so that the total is not lost.

    A filter that is null is none; PostgreSQL plans each run with the values at hand, so that only the branches and
    the index of that run are left of it.
    """
    wanted: dict[str, ColumnElement[Any]] = {
        name: cast(bindparam(filter_parameter(name)), table.c[name].type) for name in filters
    }
    fits = [or_(value.is_(None), table.c[name] == value) for name, value in wanted.items()]
    # In a CASE nothing is counted unless it is asked for.
    counted = select(case((_COUNT, _total(table, wanted, fits))).label(TOTAL)).subquery("counted")
    page = (
        select(*_shown(table))
        .where(_owned(table), *fits, or_(_CURSOR.is_(None), table.c.id < _CURSOR))
        .order_by(table.c.id.desc())
        .limit(ROWS)
        .subquery("page")
    )
    return select(counted.c[TOTAL], *page.c).select_from(counted.outerjoin(page, true())).order_by(page.c.id.desc())


def _total(table: Table, wanted: dict[str, ColumnElement[Any]], fits: list[ColumnElement[bool]]) -> ColumnElement[Any]:
    """How many rows fit. Where the owner's row has the count, it is read there; else they are counted.

    That is so without a filter, and with none but one of a column that is `counted`.
    """
    users = _users(table)
    everything = users.c[table.name]
    kept: list[tuple[ColumnElement[bool], ColumnElement[Any]]] = [(_none(wanted.values()), everything)]
    for name, value in wanted.items():
        if counted := table.c[name].info.get(COUNTED):
            others = [other for column, other in wanted.items() if column != name]
            of_value = case((value, users.c[counted]), else_=everything - users.c[counted])
            kept.append((and_(value.is_not(None), _none(others)), of_value))
    counted_there = select(case(*kept)).where(users.c.id == CALLER).scalar_subquery()
    from_owner = func.coalesce(counted_there, literal_column("0"))
    if not wanted:
        return from_owner
    fitting = select(func.count()).select_from(table).where(_owned(table), *fits).scalar_subquery()
    return case((or_(*(condition for condition, _ in kept)), from_owner), else_=fitting)


def _none(values: Iterable[ColumnElement[Any]]) -> ColumnElement[bool]:
    return and_(true(), *(value.is_(None) for value in values))
