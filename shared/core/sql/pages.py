"""The pages of an owned table: in each order that a list can have, filtered and searched.

What is not in an order that an index has is sorted: as much as one user may keep, and no more.
"""

from collections.abc import Mapping
from typing import Any, LiteralString, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    collate,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from shared.core.resource.listing import SORTED, Listing, filter_parameter
from shared.core.sql.columns import COUNTED, LENGTH
from shared.core.sql.terms import CALLER, sql_of

# A text of so many characters fits into a cursor.
LONGEST_SORTED = 200
# Of no use to whoever owns the row.
_HIDDEN = frozenset({"revision", "made_from"})
_CURSOR = bindparam("cursor", type_=Uuid())
_SEARCHED = bindparam("q", type_=Text())


class Order(NamedTuple):
    """`key` sorts before the id does, where there is one; `sql_type` is its own, for the cursor's part of it."""

    descending: bool
    key: ColumnElement[Any] | None = None
    sql_type: TypeEngine[Any] | None = None


def orders(table: Table) -> dict[str, Order]:
    """By what a request calls them; the first is a list's own. `created` is by id, which is the time of its making."""
    found: dict[str, Order] = {}
    keys: dict[str, tuple[Any, ...]] = {"created": (), "updated": (table.c.revision, BigInteger())}
    for column in table.columns:
        if column.info.get(LENGTH, LONGEST_SORTED + 1) <= LONGEST_SORTED:
            # By code points, whatever the database's own order is; none at all comes before all.
            keys[column.name] = (collate(func.coalesce(column, literal_column("''")), "C"), Text())
    for name, key in keys.items():
        found |= {f"-{name}": Order(True, *key), name: Order(False, *key)}
    return found


def owned(table: Table) -> ColumnElement[bool]:
    return table.c.user_id == CALLER


def owner_table(table: Table) -> Table:
    return next(iter(table.c.user_id.foreign_keys)).column.table


def shown(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.name not in _HIDDEN]


def listing(table: Table, filters: tuple[str, ...], order: Order) -> Listing:
    """The list in this order, in pieces: of a request the server sees what is asked for, and plans nothing else."""
    wanted = {name: cast(bindparam(filter_parameter(name)), table.c[name].type) for name in filters}
    sorted_by = [] if order.key is None else [order.key]
    again: list[ColumnElement[Any]] = [literal_column(f"page.{SORTED}") for _ in sorted_by]
    return Listing(
        name=f"list_{table.name}",
        rows=sql_of(select(*shown(table), *(key.label(SORTED) for key in sorted_by)).where(owned(table))),
        how_many=sql_of(select(func.count()).select_from(table).where(owned(table))),
        filters={name: sql_of(table.c[name] == value) for name, value in wanted.items()},
        found=sql_of(_found(table)),
        after=sql_of(_after(table, order)),
        order=_order(order, *sorted_by, table.c.id),
        order_of_page=_order(order, *again, literal_column("page.id")),
        totals={names: sql_of(total) for names, total in _totals(table, wanted).items()},
    )


def _order(order: Order, *columns: ColumnElement[Any]) -> LiteralString:
    return ", ".join(sql_of(column) for column in _sorted(order, *columns))


def _sorted(order: Order, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [column.desc() if order.descending else column for column in columns]


def _after(table: Table, order: Order) -> ColumnElement[bool]:
    """What comes after the last row of the page before."""
    here: Any = table.c.id
    there: Any = _CURSOR
    if order.key is not None:
        after = bindparam("after", type_=order.sql_type)
        here, there = tuple_(order.key, table.c.id), tuple_(after, _CURSOR)
    after_it: ColumnElement[bool] = here < there if order.descending else here > there
    return after_it


def _found(table: Table) -> ColumnElement[bool]:
    """What is searched for stands in one of the texts, as it is: nothing in it is a wildcard."""
    texts = [column for column in table.columns if LENGTH in column.info]
    stands = [func.strpos(func.lower(column), func.lower(_SEARCHED)) > literal_column("0") for column in texts]
    return or_(*stands, false()).self_group()


def _totals(table: Table, wanted: Mapping[str, ColumnElement[Any]]) -> dict[tuple[str, ...], ColumnElement[Any]]:
    """The counts that the owner's row has, by what is filtered: nothing, or one column that is `counted`."""
    users = owner_table(table)
    everything = users.c[table.name]
    kept: dict[tuple[str, ...], ColumnElement[Any]] = {(): everything}
    for name, value in wanted.items():
        if counted := table.c[name].info.get(COUNTED):
            kept[(name,)] = case((value, users.c[counted]), else_=everything - users.c[counted])
    of_caller = {names: select(total).where(users.c.id == CALLER).scalar_subquery() for names, total in kept.items()}
    return {names: func.coalesce(total, literal_column("0")) for names, total in of_caller.items()}
