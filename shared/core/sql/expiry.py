"""The statement that removes what has expired, a bounded number of rows at a time."""

from sqlalchemy import Table, func, literal_column, select, tuple_
from sqlmodel import delete

from shared.core.database.session import Statement
from shared.core.sql.terms import ROWS, compiled


def purging(table: Table, since: str, lifetime: str) -> Statement:
    """Delete up to `rows` of those whose column `since` is longer ago than `lifetime`, an interval; count them."""
    key = table.primary_key.columns
    expired = select(*key).where(table.c[since] < func.now() - literal_column(f"interval '{lifetime}'"))
    gone = (
        delete(table)
        .where(tuple_(*key).in_(expired.limit(ROWS)))
        .returning(literal_column("1").label("one"))
        .cte("purged")
    )
    # Repeatable: what is gone stays gone.
    return compiled(select(func.count().label("purged")).select_from(gone), repeatable=True)
