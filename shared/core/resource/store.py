"""The rows of one caller, in one owned table."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

from shared.core.auth.verifier import Caller
from shared.core.database.session import Session, Statement
from shared.core.errors import NotFound, PreconditionFailed, QuotaExceeded, ValidationFailed
from shared.core.http.cursor import decode_cursor, encode_cursor
from shared.core.http.etag import Tags
from shared.core.http.idempotency import request_hash
from shared.core.resource.schemas import Body, Page, PageMeta, PageQuery, Public
from shared.core.resource.statements import TOTAL, OwnedStatements, filter_parameter

CreateT = TypeVar("CreateT", bound=Body)
UpdateT = TypeVar("UpdateT", bound=Body)
PublicT = TypeVar("PublicT", bound=Public)


@dataclass(frozen=True, slots=True)
class Stored(Generic[PublicT]):
    """A row as it is stored: what its owner sees, and the version behind its ETag."""

    data: PublicT
    version: int
    collection: str
    replayed: bool = False

    @property
    def path(self) -> str:
        return f"/api/{self.collection}/{self.data.id}"


@dataclass(frozen=True)
class OwnedStore(Generic[CreateT, UpdateT, PublicT]):
    """Made for one authenticated caller; there is no way to it without one. Each method is one round trip.

    A subclass says what it stores: `name` is the collection, in the path and in the database, `singular` one of it,
    `query` what a list of it takes.
    """

    name: ClassVar[str]
    singular: ClassVar[str]
    statements: ClassVar[OwnedStatements]
    public: ClassVar[type[Public]]
    query: ClassVar[type[PageQuery]] = PageQuery

    caller: Caller
    session: Session

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if unknown := cls.query.filters() - set(cls.statements.filters):
            raise TypeError(
                f"{cls.query.__name__} filters by {', '.join(sorted(unknown))}, which no index of {cls.name} serves: "
                f"make the column `filtered` in shared/tables/{cls.name}.py"
            )

    def list(self, query: PageQuery) -> Page[PublicT]:
        """A page, newest first.

        Raises:
            BadRequest: for a cursor that is not one of ours.
        """
        cursor = decode_cursor(query.cursor) if query.cursor is not None else None
        filters = {filter_parameter(name): getattr(query, name, None) for name in self.statements.filters}
        # One row more than asked for tells whether there is a next page.
        rows = self.session.run(
            self.statements.list, {"cursor": cursor, "count": query.count, "rows": query.limit + 1, **filters}
        )
        total = rows[0][TOTAL]
        data = [self._public(row) for row in rows[: query.limit] if row["id"] is not None]
        next_cursor = encode_cursor(data[-1].id) if len(rows) > query.limit else None
        return Page(data=data, meta=PageMeta(limit=query.limit, next_cursor=next_cursor, total=total))

    def create(self, body: CreateT, key: str | None = None) -> Stored[PublicT]:
        """A new row; under a key, the one that the key has made already.

        Raises:
            ValidationFailed: the key was used for something else.
            QuotaExceeded: the caller has as many rows, or has used as many keys today, as may be.
        """
        statement = self.statements.create if key is None else replace(self.statements.create, repeatable=True)
        row = self._run(
            statement,
            {
                "body": body.model_dump_json(),
                "key": key,
                "request_hash": None if key is None else request_hash(self.name, _sent(body)),
                "email": self.caller.email,
                "name": self.caller.name,
            },
        )
        if row["outcome"] == "other_body":
            raise ValidationFailed("The Idempotency-Key was used with another body, or for another collection.")
        if row["outcome"] == "row_quota":
            raise QuotaExceeded(f"No more than {self.session.quotas.row_quota} {self.name} can be kept: delete some.")
        if row["outcome"] == "key_quota":
            raise QuotaExceeded(f"No more than {self.session.quotas.key_quota} Idempotency-Keys can be used in a day.")
        return self.stored(row["item"], replayed=row["outcome"] == "repeated")

    def get(self, item_id: UUID) -> Stored[PublicT]:
        rows = self.session.run(self.statements.get, {"id": item_id})
        if not rows:
            raise NotFound
        return self.stored(rows[0])

    def update(self, item_id: UUID, body: UpdateT, expected: Tags | None = None) -> Stored[PublicT]:
        """Replace what the caller may say of it; see `change`."""
        return self.change(self.statements.patch, item_id, expected, {"patch": body.model_dump_json()})

    def delete(self, item_id: UUID, expected: Tags | None = None) -> None:
        self.change(self.statements.delete, item_id, expected, {})

    def change(
        self, statement: Statement, item_id: UUID, expected: Tags | None, values: dict[str, Any]
    ) -> Stored[PublicT]:
        """Change one row by a function of its table, if it has a version that is expected.

        Raises:
            NotFound: the caller has no such row.
            PreconditionFailed: it has another version.
        """
        versions = None if expected is None or expected.any else sorted(expected.versions)
        if versions is not None:
            statement = replace(statement, repeatable=False)  # a first run would have changed the version
        row = self._run(statement, {"id": item_id, "expected": versions, **values})
        if row["outcome"] == "not_found":
            raise NotFound
        if row["outcome"] == "stale":
            raise PreconditionFailed(f"The {self.singular} was changed since the version named in If-Match.")
        return self.stored(row["item"])

    def stored(self, row: dict[str, Any], *, replayed: bool = False) -> Stored[PublicT]:
        return Stored(self._public(row), row["version"], self.name, replayed)

    def _public(self, row: dict[str, Any]) -> PublicT:
        return cast("PublicT", self.public.model_validate(row))

    def _run(self, statement: Statement, parameters: dict[str, Any]) -> dict[str, Any]:
        (row,) = self.session.run(statement, parameters)
        return row


def _sent(body: Body) -> dict[str, Any]:
    """As validated, without what was left out: a field that a later version adds is not in it."""
    return body.model_dump(mode="json", exclude_unset=True)
