"""A client's operations, many in one request: what is sent, and what is answered."""

from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, FailFast, Field, StrictBool

from shared.core.http.bodies import BodyLimits
from shared.core.http.idempotency import request_hash
from shared.core.resource.fields import ClientId
from shared.core.resource.schemas import Body, DataT, not_sent

MOST_OPERATIONS = 100
# What every reader of JSON takes for a whole number.
GREATEST_SAFE_INTEGER = 2**53 - 1
BATCH_LIMITS = BodyLimits(size=256 * 1024, values=MOST_OPERATIONS * 100, depth=16)

Number = Annotated[int, Field(strict=True, ge=1, le=GREATEST_SAFE_INTEGER)]


class Operation(Body):
    """One operation; a subclass says in `op` which, and as what the database is asked for it."""

    def call(self) -> dict[str, Any]:
        raise NotImplementedError


class CreateOperation(Operation):
    """A new row; the fields of a new one stand beside these."""

    op: Literal["create"]
    id: ClientId

    def call(self) -> dict[str, Any]:
        return {"op": "create", "body": self.model_dump(mode="json", exclude={"op"})}

    def sent(self) -> dict[str, Any]:
        """What it was, as a POST of it would have been."""
        return self.model_dump(mode="json", exclude_unset=True, exclude={"op"})


class ItemOperation(Operation):
    """Of a row that is there: of `version` alone, where one is named."""

    id: UUID
    version: Number = Field(default_factory=not_sent)

    def on(self, op: str, **values: Any) -> dict[str, Any]:
        named = self.model_dump(mode="json", exclude_unset=True, include={"id", "version"})
        return {"op": op, **named, **values}


class PatchOperation(ItemOperation):
    """What `patch` names is set, null included; a subclass says what it may be."""

    op: Literal["patch"]
    patch: Body

    def call(self) -> dict[str, Any]:
        return self.on("patch", patch=self.patch.model_dump(mode="json", exclude_unset=True))


class DeleteOperation(ItemOperation):
    op: Literal["delete"]

    def call(self) -> dict[str, Any]:
        return self.on("delete")


OperationT = TypeVar("OperationT", bound=Operation)
# A list of them, each known by its `op`. Of junk no more is read than the first that is malformed: a line for each
# fault of all of them would cost more than a good batch.
Operations = Annotated[
    list[Annotated[OperationT, Field(discriminator="op")]],
    Field(min_length=1, max_length=MOST_OPERATIONS),
    FailFast(),
]


class Batch(Body):
    """`seq` numbers the batches of a client from 1; `atomic`: all of it or nothing. A subclass names its operations."""

    client_id: UUID
    seq: Number
    atomic: StrictBool = False
    operations: Any

    def calls(self, collection: str) -> list[dict[str, Any]]:
        """As the database is asked for them. A new row is remembered as a POST's is: each finds what the other made."""
        found = []
        for operation in self.operations:
            creates = isinstance(operation, CreateOperation)
            made_from = {"hash": request_hash(collection, operation.sent())} if creates else {}
            found.append(operation.call() | made_from)
        return found


class BatchResult(BaseModel):
    """What became of one operation; `version` is the one that stands, `revision` that of the change, if it was one."""

    status: Literal["done", "stale", "conflict", "deleted", "not_found", "quota", "rolled_back"]
    version: int | None
    revision: int | None


class BatchMeta(BaseModel):
    replayed: bool


class BatchAnswer(BaseModel, Generic[DataT]):
    """In `data` a result for each operation; in `current` each row, as it is, that was not of the version expected."""

    data: list[BatchResult]
    current: list[DataT]
    meta: BatchMeta
