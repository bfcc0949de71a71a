"""The statements of an owned table."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.core.database.statement import Statement
from shared.core.resource.listing import Listing


class OwnedStatements(NamedTuple):
    """What can be asked of one table of users' rows, each in one statement.

    `lists` (by what they are sorted by), `get` and `changes` read; the others call the table's function in the
    database, which gives one row: `outcome`, and as `item` the row as JSON. `filters` are the columns that a list can
    be filtered by; without one there is no `delete_many`.
    """

    lists: Mapping[str, Listing]
    get: Statement
    changes: Statement
    create: Statement
    patch: Statement
    delete: Statement
    restore: Statement
    batch: Statement
    delete_many: Statement | None = None
    filters: tuple[str, ...] = ()
