"""The pages of an owned table: in each order that a list can have, filtered and searched.

What is not in an order that an index has is sorted: as much as one user may keep, and no more.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    collate,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql.elements import ClauseElement, ColumnElement
from sqlalchemy.types import TypeEngine

from shared.core.resource.statements import SORTED, TOTAL, filter_parameter
from shared.core.sql.columns import COUNTED, LENGTH
from shared.core.sql.terms import CALLER, ROWS

# A text of so many characters fits into a cursor.
LONGEST_SORTED = 200
# Of no use to whoever owns the row.
_HIDDEN = frozenset({"revision", "made_from"})
_CURSOR = bindparam("cursor", type_=Uuid())
_COUNT = bindparam("count", type_=Boolean())
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


def page(table: Table, filters: tuple[str, ...], order: Order) -> ClauseElement:
    """A page, with the total beside each row; an empty page is one row of nulls, so that the total is not lost.

    A filter that is null is none; PostgreSQL plans each run with the values at hand, so that only the branches and
    the index of that run are left of it.
    """
    wanted: dict[str, ColumnElement[Any]] = {
        name: cast(bindparam(filter_parameter(name)), table.c[name].type) for name in filters
    }
    fits = [*(or_(value.is_(None), table.c[name] == value) for name, value in wanted.items()), _found(table)]
    # In a CASE nothing is counted unless it is asked for.
    counted = select(case((_COUNT, _total(table, wanted, fits))).label(TOTAL)).subquery("counted")
    key = [] if order.key is None else [order.key.label(SORTED)]
    rows = (
        select(*shown(table), *key)
        .where(owned(table), *fits, or_(_CURSOR.is_(None), _after(table, order)))
        .order_by(*_sorted(order, *([] if order.key is None else [order.key]), table.c.id))
        .limit(ROWS)
        .subquery("page")
    )
    again = _sorted(order, *([] if order.key is None else [rows.c[SORTED]]), rows.c.id)
    return select(counted.c[TOTAL], *rows.c).select_from(counted.outerjoin(rows, true())).order_by(*again)


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
    return or_(_SEARCHED.is_(None), *stands, false())


def _total(table: Table, wanted: dict[str, ColumnElement[Any]], fits: list[ColumnElement[bool]]) -> ColumnElement[Any]:
    """How many rows fit. Where the owner's row has the count, it is read there; else they are counted.

    That is so without a filter, and with none but one of a column that is `counted`.
    """
    users = owner_table(table)
    everything = users.c[table.name]
    kept: list[tuple[ColumnElement[bool], ColumnElement[Any]]] = [(_none(wanted.values()), everything)]
    for name, value in wanted.items():
        if counted := table.c[name].info.get(COUNTED):
            others = [other for column, other in wanted.items() if column != name]
            of_value = case((value, users.c[counted]), else_=everything - users.c[counted])
            kept.append((and_(value.is_not(None), _none(others)), of_value))
    counted_there = select(case(*kept)).where(users.c.id == CALLER).scalar_subquery()
    from_owner = func.coalesce(counted_there, literal_column("0"))
    fitting = select(func.count()).select_from(table).where(owned(table), *fits).scalar_subquery()
    return case((and_(_SEARCHED.is_(None), or_(*(condition for condition, _ in kept))), from_owner), else_=fitting)


def _none(values: Iterable[ColumnElement[Any]]) -> ColumnElement[bool]:
    return and_(true(), *(value.is_(None) for value in values))
