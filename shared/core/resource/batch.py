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
    """One operation; a subclass says in `op` which."""


class CreateOperation(Operation):
    """A new row; the fields of a new one stand beside these."""

    op: Literal["create"]
    id: ClientId


class ItemOperation(Operation):
    """Of a row that is there: of `version` alone, where one is named."""

    id: UUID
    version: Number = Field(default_factory=not_sent)

    def call(self, sent: dict[str, Any]) -> dict[str, Any]:
        """As what the database is asked for it. `sent` is what of it was sent, as validated, in JSON."""
        return sent


class PatchOperation(ItemOperation):
    """What `patch` names is set, null included; a subclass says what it may be."""

    op: Literal["patch"]
    patch: Body


class DeleteOperation(ItemOperation):
    op: Literal["delete"]


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

    def calls(self, collection: str, sent: dict[str, Any]) -> list[dict[str, Any]]:
        """As the database is asked for them; `sent` is what was sent of the batch, as validated, in JSON."""
        whole = self.model_dump(mode="json")  # of all at once: for each it would take five times as long
        parts = zip(self.operations, whole["operations"], sent["operations"], strict=True)
        return [
            operation.call(of_it) if isinstance(operation, ItemOperation) else _creation(collection, all_of_it, of_it)
            for operation, all_of_it, of_it in parts
        ]


def _creation(collection: str, whole: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """A new row, remembered as a POST's is: each finds what the other made."""
    return {"op": "create", "body": _as_posted(whole), "hash": request_hash(collection, _as_posted(sent))}


def _as_posted(operation: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in operation.items() if name != "op"}


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
