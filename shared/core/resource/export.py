"""The export of all that is kept of a caller: its statement, page by page, and the cursor that says how far one is."""

import base64
import binascii
import zlib
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from shared.core.database.statement import Statement
from shared.core.errors import BadRequest
from shared.core.resource.schemas import LONGEST_PAGE

PAGE_ROWS = 1000
# Of JSON. A function's answer may have 6 MB, in which Lambda's runtime writes the page once more, as a text: there one
# byte of it may take six.
PAGE_BYTES = 1_000_000
# It counts as the pages of a list that it could have been.
REQUESTS_OF_A_PAGE = PAGE_ROWS // LONGEST_PAGE
_CHECKSUM_BYTES = 4

# A table is asked for what those before it have left of the page, so that all together read no more than one, and one
# row: that tells whether there is another page.
_TABLE = (
    "_of_{n} AS ({rows} ORDER BY {order} LIMIT (SELECT rows FROM _left_{n})), "
    "_left_{next} AS (SELECT (SELECT rows FROM _left_{n}) - (SELECT count(*) FROM _of_{n}) AS rows)"
)
# The first row is given whatever its size: nobody is kept from those after it.
_PAGE = (
    "WITH _left_0 AS (SELECT %(rows)s::bigint + 1 AS rows), {tables} "
    "SELECT part, key, item::json AS item, found FROM ("
    "SELECT part, key, item, count(*) OVER () AS found, row_number() OVER in_order AS number, "
    "sum(octet_length(item)) OVER in_order AS bytes FROM ({together}) rows WINDOW in_order AS (ORDER BY part, n)"
    ") page WHERE number <= %(rows)s::bigint AND (bytes <= %(bytes)s::bigint OR number = 1) ORDER BY number"
)


class ExportTable(NamedTuple):
    """One table, in the order of its key, as pieces of SQL."""

    name: str
    rows: LiteralString
    """All of the caller's, numbered, with their `key` and as an `item`; up to and with the condition by owner."""
    after: LiteralString
    """The condition for those after a key, whose parameters are `key_0` and so on."""
    order: LiteralString
    key: tuple[str, ...]
    """The types of the key's columns, without the owner."""


class ExportCursor(NamedTuple):
    """The last row of the page before: the number of its table, and its key."""

    table: int = 0
    key: tuple[str, ...] | None = None

    def parameters(self) -> dict[str, Any]:
        """Of the statement for the page after it."""
        key = {f"key_{n}": value for n, value in enumerate(self.key or ())}
        return key | {"rows": PAGE_ROWS, "bytes": PAGE_BYTES}


class Export(NamedTuple):
    """Every table in which something is kept of a user."""

    tables: tuple[ExportTable, ...]

    def statement(self, after: ExportCursor) -> Statement:
        """A page of what comes after, table by table."""
        rest = self.tables[after.table :]
        conditions = ["" if after.key is None else f" AND {rest[0].after}", *("" for _ in rest[1:])]
        tables = ", ".join(
            _TABLE.format(n=n, next=n + 1, rows=table.rows + condition, order=table.order)
            for n, (table, condition) in enumerate(zip(rest, conditions, strict=True))
        )
        numbers = range(len(rest))
        together = " UNION ALL ".join(f"SELECT {after.table + n} AS part, * FROM _of_{n}" for n in numbers)  # noqa: S608
        sql: Any = _PAGE.format(tables=tables, together=together)  # of pieces of ours
        return Statement(sql, read_only=True, repeatable=True, name="export_page", requests=REQUESTS_OF_A_PAGE)

    def encoded(self, cursor: ExportCursor, caller: str) -> str:
        """Bound to the caller; with the name of the table, for there may be others before it one day."""
        said = "\0".join([self.tables[cursor.table].name, *(cursor.key or ())]).encode()
        packed = zlib.crc32(said + b"\0" + caller.encode()).to_bytes(_CHECKSUM_BYTES) + said
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()

    def read(self, cursor: str | None, caller: str) -> ExportCursor:
        """Not a secret: every query is filtered by owner all the same.

        Raises:
            BadRequest: when this is nothing that was answered to this caller.
        """
        if cursor is None:
            return ExportCursor()
        try:
            found = self._decoded(cursor)
        except (UnicodeError, binascii.Error, ValueError):
            raise BadRequest("The cursor is not valid.") from None
        if self.encoded(found, caller) != cursor:
            raise BadRequest("The cursor is not valid.")
        return found

    def _decoded(self, cursor: str) -> ExportCursor:
        packed = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        name, *key = packed[_CHECKSUM_BYTES:].decode().split("\0")
        number = [table.name for table in self.tables].index(name)
        types = self.tables[number].key
        return ExportCursor(number, tuple(_of_type(*one) for one in zip(types, key, strict=True)))


def _of_type(sql_type: str, text: str) -> str:
    """What the database can read as this type; raises ValueError for what it cannot."""
    return str(UUID(text)) if sql_type == "UUID" else text
