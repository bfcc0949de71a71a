"""The statements of an owned table."""

from typing import NamedTuple

from shared.core.database.session import Statement

# What a list gives beside the columns of a row; no model has a field that begins so.
TOTAL = "_total"


class OwnedStatements(NamedTuple):
    """What can be asked of one table of users' rows, each in one statement.

    `list` and `get` read; the others call the table's function in the database, which gives one row: `outcome`, and
    as `item` the row as JSON. `filters` are the columns that a list can be filtered by.
    """

    list: Statement
    get: Statement
    create: Statement
    patch: Statement
    delete: Statement
    filters: tuple[str, ...] = ()


def filter_parameter(column: str) -> str:
    """The name of a filter's parameter, which is none of the page's own."""
    return f"only_{column}"
