"""Everything that is kept of a caller, page by page."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field

from shared.core.auth.verifier import Caller
from shared.core.database.session import Session
from shared.core.http.endpoint import callers
from shared.core.resource.export import ExportCursor
from shared.tables.export import EXPORT


class ExportQuery(BaseModel):
    cursor: Annotated[str | None, Field(description="`meta.next_cursor` of the page before")] = None


class KeptRow(BaseModel):
    """A row as it is stored, all of its columns, and the table that it is in."""

    table: str
    row: dict[str, Any]


class ExportMeta(BaseModel):
    next_cursor: str | None


class ExportPage(BaseModel):
    data: list[KeptRow]
    meta: ExportMeta


@dataclass(frozen=True, slots=True)
class ExportStore:
    """Made for one authenticated caller, as the stores of resources are."""

    caller: Caller
    session: Session

    def page(self, query: ExportQuery) -> ExportPage:
        """Each table in the order of its key: what stays where it is while the pages are read is in them, once.

        Raises:
            BadRequest: for a cursor that was not answered to this caller.
        """
        cursor = EXPORT.read(query.cursor, self.caller.id)
        rows = self.session.run(EXPORT.statement(cursor), cursor.parameters())
        more = bool(rows) and rows[0]["found"] > len(rows)
        last = ExportCursor(rows[-1]["part"], tuple(rows[-1]["key"])) if more else None
        next_cursor = EXPORT.encoded(last, self.caller.id) if last else None
        return ExportPage.model_validate({"data": [row["item"] for row in rows], "meta": {"next_cursor": next_cursor}})


CallersExport = Annotated[ExportStore, callers(ExportStore)]
