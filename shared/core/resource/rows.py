"""What one caller reads of one owned table."""

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

from shared.core.auth.verifier import Caller
from shared.core.database.session import Session
from shared.core.errors import NotFound
from shared.core.http.cursor import ListCursor
from shared.core.resource.changes import Change, Changes, ChangesMeta, ChangesQuery, FeedCursor
from shared.core.resource.listing import SORTED, TOTAL, filter_parameter
from shared.core.resource.schemas import Page, PageMeta, PageQuery, Public
from shared.core.resource.statements import OwnedStatements

PublicT = TypeVar("PublicT", bound=Public)


@dataclass(frozen=True, slots=True)
class Stored(Generic[PublicT]):
    """A row as it is stored. `replayed`: an earlier request has made it; `known`: by its id, so this is it as it is."""

    data: PublicT
    collection: str
    replayed: bool = False
    known: bool = False

    @property
    def path(self) -> str:
        return f"/api/{self.collection}/{self.data.id}"


@dataclass(frozen=True)
class OwnedRows(Generic[PublicT]):
    """Made for one authenticated caller; there is no way to them without one. Each method is one round trip.

    A subclass says what they are: `name` is the collection, in the path and in the database, `singular` one of it,
    `changed` an item of its feed, `query` what a list of it takes.
    """

    name: ClassVar[str]
    singular: ClassVar[str]
    statements: ClassVar[OwnedStatements]
    public: ClassVar[type[Public]]
    changed: ClassVar[type[Change]]
    query: ClassVar[type[PageQuery]] = PageQuery

    caller: Caller
    session: Session

    def list(self, query: PageQuery) -> Page[PublicT]:
        """A page, in the order that the query asks for.

        Raises:
            BadRequest: for a cursor that is not one of ours, or of another order.
        """
        cursor = ListCursor.read(query.cursor, query.sort)
        asked = {name: getattr(query, name, None) for name in self.statements.filters}
        filters = {name: value for name, value in asked.items() if value is not None}
        statement = self.statements.lists[query.sort].statement(
            filtered=filters, searched=query.q is not None, after=cursor.id is not None, counted=query.count
        )
        # One row more than asked for tells whether there is a next page.
        page = {"cursor": cursor.id, "after": cursor.key, "q": query.q, "rows": query.limit + 1}
        rows = self.session.run(statement, page | {filter_parameter(name): value for name, value in filters.items()})
        total = rows[0][TOTAL] if query.count else None
        shown = [row for row in rows[: query.limit] if row["id"] is not None]
        more = len(rows) > query.limit
        next_cursor = ListCursor(shown[-1]["id"], shown[-1].get(SORTED)).encoded(query.sort) if more else None
        meta = PageMeta(limit=query.limit, next_cursor=next_cursor, total=total)
        # One call for all rows: each of its own would take twice as long.
        whole: type[Page[PublicT]] = Page[self.public]  # type: ignore[name-defined]  # known at run time
        return whole.model_validate({"data": shown, "meta": meta})

    def changes(self, query: ChangesQuery) -> Changes[Any]:
        """What has changed since the query's cursor, oldest first; without one, everything that there is.

        Raises:
            BadRequest: for a cursor that is not one of ours.
            CursorExpired: what was deleted since then may not be known any more.
        """
        cursor = FeedCursor.read(query.after, self.name)
        page = {"position": cursor.position, "buried": cursor.buried, "rows": query.limit + 1}
        rows = self.session.run(self.statements.changes, page)
        more = len(rows) > query.limit
        rows = rows[: query.limit]
        meta = ChangesMeta(cursor=cursor.after(rows, more=more).encoded(self.name), more=more)
        return Changes(data=[self._change(row) for row in rows if row["_id"] is not None], meta=meta)

    def get(self, item_id: UUID) -> Stored[PublicT]:
        rows = self.session.run(self.statements.get, {"id": item_id})
        if not rows:
            raise NotFound
        return self.stored(rows[0])

    def stored(self, row: dict[str, Any], *, replayed: bool = False, known: bool = False) -> Stored[PublicT]:
        return Stored(self.show(row), self.name, replayed, known)

    def show(self, row: dict[str, Any]) -> PublicT:
        return cast("PublicT", self.public.model_validate(row))

    def _change(self, row: dict[str, Any]) -> Change:
        deleted = row["id"] is None
        item = None if deleted else self.show(row)
        return self.changed.model_validate({"id": row["_id"], "deleted": deleted, self.singular: item})
