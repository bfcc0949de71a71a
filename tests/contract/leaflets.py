"""A second resource, in memory: its store, its schemas and its endpoints, as a project has them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, StrictBool

from shared.core.database.statement import Statement
from shared.core.http.endpoint import IdempotencyKey, IfMatch, IfNoneMatch, callers
from shared.core.resource.answers import answer_created, answer_unless_known, answer_with
from shared.core.resource.batch import (
    Batch,
    BatchAnswer,
    CreateOperation,
    DeleteOperation,
    Operations,
    PatchOperation,
)
from shared.core.resource.changes import Change, Changes, ChangesQuery
from shared.core.resource.fields import Integer, KeptBoolean, OptionalText, QueryFlag, Text, Timestamp, UtcTimestamp
from shared.core.resource.listing import Listing
from shared.core.resource.schemas import (
    NEWEST_FIRST,
    Body,
    Count,
    Envelope,
    NewItem,
    Page,
    PageQuery,
    Public,
    Sorts,
    partial,
)
from shared.core.resource.statements import OwnedStatements
from shared.core.resource.store import OwnedStore

STATEMENT = Statement("select", repeatable=False)
LISTING = Listing(
    name="list_leaflets", rows="", how_many="", filters={}, found="", after="", order="", order_of_page="", totals={}
)
Colour = Literal["red", "dark green"]


class LeafletBody(Body):
    text: Annotated[str, Text(10_000)]
    summary: Annotated[str | None, OptionalText(7)] = None
    pinned: StrictBool = False
    archived: KeptBoolean = None
    priority: Annotated[int, Integer(1, 5)] = 3
    rank: Annotated[int | None, Integer()] = None
    colour: Colour = "red"
    due_at: Timestamp | None = None


class LeafletCreate(NewItem, LeafletBody):
    pass


@partial
class LeafletPatch(LeafletBody):
    pass


class LeafletQuery(PageQuery):
    pinned: QueryFlag | None = None
    colour: Colour | None = None
    sort: Annotated[str, Sorts("summary")] = NEWEST_FIRST


class LeafletFilters(BaseModel):
    pinned: QueryFlag | None = None
    colour: Colour | None = None


class LeafletPublic(Public):
    text: str
    summary: str | None
    pinned: bool
    archived: bool
    priority: int
    rank: int | None
    colour: Colour
    due_at: UtcTimestamp | None


class LeafletChange(Change):
    leaflet: LeafletPublic | None


class CreateLeaflet(CreateOperation, LeafletBody):
    pass


class PatchLeaflet(PatchOperation):
    patch: LeafletPatch


class LeafletBatch(Batch):
    operations: Operations[CreateLeaflet | PatchLeaflet | DeleteOperation]


class LeafletStore(OwnedStore[LeafletCreate, LeafletBody, LeafletPublic]):
    name, singular, public, changed, query = "leaflets", "leaflet", LeafletPublic, LeafletChange, LeafletQuery
    statements = OwnedStatements(
        dict.fromkeys(LeafletQuery.sorts(), LISTING),
        **dict.fromkeys(set(OwnedStatements._fields) - {"lists", "filters"}, STATEMENT),
        filters=("pinned", "colour"),
    )


CallersLeaflets = Annotated[LeafletStore, callers(LeafletStore)]
LeafletEnvelope = Envelope[LeafletPublic]
LeafletPage = Page[LeafletPublic]
LeafletChanges = Changes[LeafletChange]
LeafletBatchAnswer = BatchAnswer[LeafletPublic]
CountEnvelope = Envelope[Count]


async def list_leaflets(query: Annotated[LeafletQuery, Query()], leaflets: CallersLeaflets) -> LeafletPage:
    return leaflets.list(query)


async def create_leaflet(
    leaflet: LeafletCreate, leaflets: CallersLeaflets, key: IdempotencyKey, response: Response
) -> LeafletEnvelope:
    return answer_created(leaflets.create(leaflet, key), response)


async def get_leaflet(
    leaflet_id: UUID, leaflets: CallersLeaflets, known: IfNoneMatch, response: Response
) -> LeafletEnvelope | Response:
    return answer_unless_known(leaflets.get(leaflet_id), known, response)


async def update_leaflet(
    leaflet_id: UUID, leaflet: LeafletBody, leaflets: CallersLeaflets, expected: IfMatch, response: Response
) -> LeafletEnvelope:
    return answer_with(leaflets.update(leaflet_id, leaflet, expected), response)


async def delete_leaflet(leaflet_id: UUID, leaflets: CallersLeaflets, expected: IfMatch) -> None:
    leaflets.delete(leaflet_id, expected)


async def patch_leaflet(
    leaflet_id: UUID, patch: LeafletPatch, leaflets: CallersLeaflets, expected: IfMatch, response: Response
) -> LeafletEnvelope:
    return answer_with(leaflets.patch(leaflet_id, patch, expected), response)


async def restore_leaflet(leaflet_id: UUID, leaflets: CallersLeaflets, response: Response) -> LeafletEnvelope:
    return answer_with(leaflets.restore(leaflet_id), response)


async def list_leaflet_changes(query: Annotated[ChangesQuery, Query()], leaflets: CallersLeaflets) -> LeafletChanges:
    return leaflets.changes(query)


async def batch_leaflets(batch: LeafletBatch, leaflets: CallersLeaflets) -> LeafletBatchAnswer:
    return leaflets.batch(batch)


async def delete_leaflets(filters: Annotated[LeafletFilters, Query()], leaflets: CallersLeaflets) -> CountEnvelope:
    return CountEnvelope(data=leaflets.delete_many(filters))


ENDPOINTS: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("GET", "leaflets", list_leaflets, {}),
    ("POST", "leaflets", create_leaflet, {"status_code": 201}),
    ("GET", "leaflets/{leaflet_id}", get_leaflet, {"response_model": LeafletEnvelope}),
    ("PUT", "leaflets/{leaflet_id}", update_leaflet, {}),
    ("DELETE", "leaflets/{leaflet_id}", delete_leaflet, {"status_code": 204}),
    ("PATCH", "leaflets/{leaflet_id}", patch_leaflet, {}),
    ("POST", "leaflets/{leaflet_id}/restore", restore_leaflet, {}),
    ("GET", "leaflets/changes", list_leaflet_changes, {}),
    ("POST", "leaflets/batch", batch_leaflets, {}),
    ("DELETE", "leaflets", delete_leaflets, {}),
]
