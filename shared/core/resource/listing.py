"""The statement of a list, put together for what a request asks of it."""

from collections.abc import Collection, Mapping
from typing import LiteralString, NamedTuple

from shared.core.database.statement import Statement

# What a list gives beside the columns of a row; no model has a field that begins so.
TOTAL, SORTED = "_total", "_sorted"


class Listing(NamedTuple):
    """A list in one order, as pieces of SQL: what a request does not ask for is not in its statement.

    One statement for all would be planned with all its branches each time, which takes longer than to run it.
    """

    name: str
    rows: LiteralString
    """All of the caller's, up to and with the first condition."""
    how_many: LiteralString
    """The count of them, likewise."""
    filters: Mapping[str, LiteralString]
    """Conditions, by the column that is filtered."""
    found: LiteralString
    after: LiteralString
    order: LiteralString
    order_of_page: LiteralString
    totals: Mapping[tuple[str, ...], LiteralString]
    """What need not be counted, by the columns that are filtered."""

    def statement(self, *, filtered: Collection[str], searched: bool, after: bool, counted: bool) -> Statement:
        fits = [self.filters[name] for name in filtered] + ([self.found] if searched else [])
        page = " AND ".join([self.rows, *fits, *([self.after] if after else [])])
        sql = f"{page} ORDER BY {self.order} LIMIT %(rows)s::integer"
        if counted:
            kept = None if searched else self.totals.get(tuple(filtered))
            total = kept or f"({' AND '.join([self.how_many, *fits])})"
            # An empty page is one row of nulls, so that the total is not lost.
            sql = (
                f"SELECT counted.{TOTAL}, page.* FROM (SELECT {total} AS {TOTAL}) counted "  # noqa: S608  # of ours
                f"LEFT JOIN ({sql}) page ON true ORDER BY {self.order_of_page}"
            )
        return Statement(sql, read_only=True, repeatable=True, name=self.name)


def filter_parameter(column: str) -> str:
    """The name of a filter's parameter, which is none of the page's own."""
    return f"only_{column}"
