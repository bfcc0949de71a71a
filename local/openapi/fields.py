"""What only people can say of a field."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from local.openapi.examples import CURSOR, EXPORT_CURSOR, ITEM_ID, USER
from shared.core.resource.batch import (
    Batch,
    BatchAnswer,
    BatchMeta,
    BatchResult,
    CreateOperation,
    ItemOperation,
)
from shared.core.resource.changes import Change, ChangesMeta
from shared.core.resource.export import PAGE_ROWS
from shared.core.resource.schemas import LONGEST_PAGE, Count, NewItem, PageMeta, Public
from shared.export import ExportMeta, ExportPage, KeptRow
from shared.health import Health
from shared.tables.export import EXPORT
from shared.tasks import TaskPublic

# To a schema 1.0 is an integer.
WHOLE = "Written without a fraction: 1, not 1.0."
COUNT, _POSITIVE = {"minimum": 0}, {"minimum": 1}

# What a model says of a field, its subclasses say too.
_BY_HAND: Mapping[type[BaseModel], Mapping[str, dict[str, Any]]] = {
    Public: {
        "id": {"description": "UUIDv7, so it sorts by age.", "examples": [ITEM_ID]},
        "user_id": {"description": "Its owner: the token's subject.", "examples": [USER]},
        "version": {"minimum": 1, "description": "The number in its ETag."},
    },
    TaskPublic: {"completed_at": {"description": "There if it is completed."}},
    NewItem: {"id": {"description": "A UUIDv7 of the client's making; left out, the server makes one."}},
    PageMeta: {
        "limit": {"minimum": 1, "maximum": LONGEST_PAGE},
        "next_cursor": {"description": "For the next page; null on the last.", "examples": [CURSOR]},
        "total": {**COUNT, "description": "There if `count=true` was asked for."},
    },
    Count: {"count": COUNT},
    Change: {"deleted": {"description": "Then there is nothing of it but its id."}},
    ChangesMeta: {
        "cursor": {"description": "For the next request, be it at once or in days. Always there."},
        "more": {"description": "Whether there are changes beyond these."},
    },
    CreateOperation: {"id": {"description": "A UUIDv7 of the client's making."}},
    ItemOperation: {"version": {"description": f"Do it only if it has this version. {WHOLE}"}},
    Batch: {
        "client_id": {"description": "Of the client's making, a new one for each copy that it begins."},
        "seq": {"description": f"The number of this batch among those of the client; the first is 1. {WHOLE}"},
        "atomic": {"description": "All of it or nothing."},
    },
    BatchResult: {
        "version": {**_POSITIVE, "description": "The one that stands; null where nothing does."},
        "revision": {**_POSITIVE, "description": "Of the change, which the feed is in the order of; null without one."},
    },
    BatchAnswer: {
        "data": {"description": "What became of each operation, in their order."},
        "current": {"description": "What is there of those that did not have the version named, as it is now."},
    },
    Health: {
        "commit": {"description": "What it was built of; null where nobody knows, as from the sources."},
        "schema_revision": {"description": "The newest migration at that time; the database is not asked."},
    },
    ExportPage: {"data": {"maxItems": PAGE_ROWS}},
    KeptRow: {
        "table": {
            "description": "As docs/data-model.md has it; with a new resource there is another.",
            "examples": [table.name for table in EXPORT.tables],
        },
        "row": {"description": "All of its columns, as PostgreSQL writes them in JSON; times in UTC."},
    },
    ExportMeta: {"next_cursor": {"description": "For the next page; null on the last.", "examples": [EXPORT_CURSOR]}},
    BatchMeta: {"replayed": {"description": "Whether it was done by an earlier request."}},
}


def said_of(model: type[BaseModel], name: str) -> dict[str, Any]:
    return next((_BY_HAND[one][name] for one in model.__mro__ if name in _BY_HAND.get(one, {})), {})
