"""What one caller reads and writes of one owned table: the whole of a resource."""

import json
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from shared.core.database.statement import Statement
from shared.core.errors import (
    Deleted,
    FieldError,
    NotDeleted,
    NotFound,
    PreconditionFailed,
    QuotaExceeded,
    Superseded,
    UnknownClient,
    ValidationFailed,
)
from shared.core.http.etag import Tags
from shared.core.http.idempotency import request_hash
from shared.core.resource.batch import Batch, BatchAnswer, BatchMeta
from shared.core.resource.rows import OwnedRows, PublicT, Stored
from shared.core.resource.schemas import Body, Count, PageQuery

CreateT = TypeVar("CreateT", bound=Body)
UpdateT = TypeVar("UpdateT", bound=Body)


@dataclass(frozen=True)
class OwnedStore(OwnedRows[PublicT], Generic[CreateT, UpdateT, PublicT]):
    """Rows, and all that their owner can do to them; each write is one call of a function of the table."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if unknown := cls.query.filters() - set(cls.statements.filters):
            raise TypeError(
                f"{cls.query.__name__} filters by {', '.join(sorted(unknown))}, which no index of {cls.name} serves: "
                f"make the column `filtered` in shared/tables/{cls.name}.py"
            )
        if set(cls.query.sorts()) != cls.statements.lists.keys():
            columns = [name for name in cls.statements.lists if name not in PageQuery.sorts() and name[0] != "-"]
            raise TypeError(
                f"{cls.query.__name__} sorts by other columns than {cls.name} does, which are its short texts: "
                f"sort: Annotated[str, Sorts({', '.join(map(repr, columns))})]"
            )

    def create(self, body: CreateT, key: str | None = None) -> Stored[PublicT]:
        """A new row; under a key, or with an id, the one that the first such request has made.

        Raises:
            ValidationFailed: the key, or the id, was used for something else.
            Deleted: what the id was given to is gone.
            QuotaExceeded: the caller has as many rows, or has used as many keys today, as may be.
        """
        again = key is not None or "id" in body.model_fields_set
        statement = replace(self.statements.create, repeatable=True) if again else self.statements.create
        row = self._run(
            statement,
            {
                "body": body.model_dump_json(),
                "key": key,
                "request_hash": request_hash(self.name, sent(body)) if again else None,
                "email": self.caller.email,
                "name": self.caller.name,
            },
        )
        match row["outcome"]:
            case "other_body":
                message = "was used with another body, or for another collection"
                raise ValidationFailed(details=(FieldError("Idempotency-Key", "key_reused", message),))
            case "conflict":
                raise ValidationFailed(
                    details=(FieldError("id", "id_taken", f"is that of another {words(self.singular)} of yours"),)
                )
            case "deleted":
                raise Deleted
            case "key_quota":
                keys = self.session.quotas.key_quota
                raise QuotaExceeded(f"No more than {keys} Idempotency-Keys can be used in a day.")
        return self._item(row)

    def update(self, item_id: UUID, body: UpdateT, expected: Tags | None = None) -> Stored[PublicT]:
        """Replace what the caller may say of it; see `change`."""
        return self.change(self.statements.patch, item_id, expected, {"patch": body.model_dump_json()})

    def patch(self, item_id: UUID, patch: UpdateT, expected: Tags | None = None) -> Stored[PublicT]:
        """Set what was sent, and leave the rest as it is; see `change`."""
        sent_json = patch.model_dump_json(exclude_unset=True)
        return self.change(self.statements.patch, item_id, expected, {"patch": sent_json})

    def delete(self, item_id: UUID, expected: Tags | None = None) -> None:
        self.change(self.statements.delete, item_id, expected, {})

    def delete_many(self, filters: BaseModel) -> Count:
        """All that fit, by at least one filter.

        Raises:
            ValidationFailed: there is no filter; nobody empties a collection by leaving something out.
        """
        statement = self.statements.delete_many
        if statement is None:
            raise TypeError(f"no column of {self.name} is filtered: make one so in shared/tables/{self.name}.py")
        wanted = filters.model_dump(mode="json", exclude_none=True)
        if not wanted:
            names = sorted(type(filters).model_fields)
            raise ValidationFailed(
                details=tuple(FieldError(name, "filter_required", "one of the filters is required") for name in names)
            )
        return self.count(statement, {"wanted": json.dumps(wanted)})

    def restore(self, item_id: UUID) -> Stored[PublicT]:
        """Bring back what was deleted, as it was; its version goes on.

        Raises:
            NotFound: the caller has deleted no such row, or too long ago.
            NotDeleted: it is there.
            QuotaExceeded: the caller has as many rows as may be.
        """
        row = self._run(self.statements.restore, {"id": item_id})
        if row["outcome"] == "live":
            raise NotDeleted(f"The {words(self.singular)} was not deleted.")
        return self._item(row)

    def batch(self, batch: Batch) -> BatchAnswer[PublicT]:
        """Do the operations in their order; the same batch again is answered as before.

        Raises:
            ValidationFailed: the number was used for another batch, or there are more operations than the rate limit.
            Superseded: a later batch of the client was done.
            UnknownClient: the batch before it was not.
            RateLimited: each operation counts as a request.
        """
        limit, count = self.session.rate_limit, len(batch.operations)
        if 0 < limit < count:
            message = f"must not be more than {limit}, which are allowed in a minute"
            raise ValidationFailed(details=(FieldError("operations", "too_many_operations", message),))
        as_sent = sent(batch)
        row = self._run(
            self.statements.batch,
            {
                "client_id": batch.client_id,
                "seq": batch.seq,
                "request_hash": request_hash(self.name, as_sent),
                "operations": json.dumps(batch.calls(self.name, as_sent)),
                "atomic": batch.atomic,
                "email": self.caller.email,
                "name": self.caller.name,
                "allowed": limit,
            },
        )
        match row["outcome"]:
            case "other_body":
                raise ValidationFailed(details=(FieldError("seq", "seq_reused", "was used for another batch"),))
            case "superseded":
                raise Superseded
            case "unknown_client":
                raise UnknownClient
        done = row["item"]
        if done["remaining"] is not None:
            self.session.left(done["remaining"])
        return BatchAnswer(
            data=done["results"],
            current=[self.show(item) for item in done["current"]],
            meta=BatchMeta(replayed=row["outcome"] == "replayed"),
        )

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
        if row["outcome"] == "stale":
            message = f"The {words(self.singular)} was changed since the version named in If-Match."
            raise PreconditionFailed(message, current=self.show(row["item"]).model_dump(mode="json"))
        return self._item(row)

    def count(self, statement: Statement, values: dict[str, Any]) -> Count:
        """Change many rows by a function of their table, which counts them."""
        return Count.model_validate(self._run(statement, values)["item"])

    def _item(self, row: dict[str, Any]) -> Stored[PublicT]:
        if row["outcome"] == "not_found":
            raise NotFound
        if row["outcome"] == "row_quota":
            quota = self.session.quotas.row_quota
            raise QuotaExceeded(f"No more than {quota} {words(self.name)} can be kept: delete some.")
        known = row["outcome"] == "there"
        return self.stored(row["item"], replayed=known or row["outcome"] == "repeated", known=known)

    def _run(self, statement: Statement, parameters: dict[str, Any]) -> dict[str, Any]:
        (row,) = self.session.run(statement, parameters)
        return row


def words(name: str) -> str:
    """As it is said: `shopping_list` is a shopping list."""
    return name.replace("_", " ")


def sent(body: Body) -> dict[str, Any]:
    """As validated, without what was left out: a field that a later version adds is not in it."""
    return body.model_dump(mode="json", exclude_unset=True)
