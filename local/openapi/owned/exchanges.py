"""Examples of what clients that keep a copy send, and what they are answered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from local.openapi.examples import ANOTHER_ID, Examples
from shared.core.resource.batch import BatchAnswer, BatchMeta, BatchResult
from shared.core.resource.changes import FeedCursor
from shared.core.resource.schemas import Public

_CLIENT_ID = "0198a2f4-6c1e-7b52-8f0d-3e9a5b7c1d24"
_EPOCH = UUID("7d8f2c1a-5b3e-4f6a-9c0d-1e2f3a4b5c6d")
# 2026-04-16T17:30:00Z
_CAUGHT_UP = 1_776_360_600


def feed_cursor(collection: str) -> str:
    return FeedCursor(_EPOCH, position=12, buried=8, caught_up=_CAUGHT_UP).encoded(collection)


def changes_of(collection: str, singular: str, *items: Mapping[str, Any]) -> dict[str, Any]:
    """The items, and a deletion where there are some."""
    changed = [{"id": item["id"], "deleted": False, singular: item} for item in items]
    gone = [{"id": ANOTHER_ID, "deleted": True, singular: None}] if items else []
    return {"data": [*changed, *gone], "meta": {"cursor": feed_cursor(collection), "more": False}}


def batch_of(examples: Examples) -> dict[str, Any]:
    """A new item, a change of a version that is not there any more, and a deletion."""
    item_id = examples.item["id"]
    return {
        "client_id": _CLIENT_ID,
        "seq": 1,
        "atomic": False,
        "operations": [
            {"op": "create", "id": ANOTHER_ID, **examples.new},
            {"op": "patch", "id": item_id, "version": 1, "patch": examples.change},
            {"op": "delete", "id": ANOTHER_ID},
        ],
    }


def answer_to_batch(examples: Examples) -> dict[str, Any]:
    results = [
        BatchResult(status="done", version=1, revision=12),
        BatchResult(status="stale", version=examples.changed["version"], revision=None),
        BatchResult(status="done", version=None, revision=13),
    ]
    answer = BatchAnswer[Public](data=results, current=[], meta=BatchMeta(replayed=False))
    return {**answer.model_dump(mode="json"), "current": [examples.changed]}
