"""What a client that keeps a copy asks: the feed of changes, and batches."""

import secrets
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from local.smoke.client import SmokeClient, data_of, expect


class Feed:
    """The changes of one resource since a moment: as far as a page, since somebody may have very many."""

    def __init__(self, client: SmokeClient, collection: str) -> None:
        self._client = client
        self._path = f"{collection}/changes?limit=100"
        self._cursor = ""
        self._is_whole = False

    def begin(self) -> None:
        """What there is already; where that is more than a page, nothing that comes later is looked for."""
        self._is_whole = not self._read(self._path)["meta"]["more"]

    def tells(self, item_id: str, *, deleted: bool) -> None:
        """That this has become of an item since it was read last, and nothing else."""
        expect(bool(self._cursor), "the feed gave no cursor")
        changes = self._read(f"{self._path}&after={self._cursor}")["data"]
        found = [change["deleted"] for change in changes if change["id"] == item_id]
        expect(found == [deleted] or not self._is_whole, f"the feed has {len(found)} changes of the item, not this one")

    def _read(self, path: str) -> dict[str, Any]:
        page: dict[str, Any] = self._client.ask("GET", path, 200).json()
        self._cursor = page["meta"]["cursor"]
        return page


def batch_once(client: SmokeClient, collection: str, body: Mapping[str, Any], item_id: str) -> None:
    """A new item is made, changed by nothing and deleted, and with it this one; sent again, nothing more is done."""
    made = _new_id()
    operations = [
        {"op": "create", "id": made, **body},
        {"op": "patch", "id": made, "version": 1, "patch": {}},
        {"op": "delete", "id": made},
        {"op": "delete", "id": item_id},
    ]
    batch = {"client_id": str(uuid4()), "seq": 1, "operations": operations}
    first, again = (client.ask("POST", f"{collection}/batch", 200, body=batch) for _ in range(2))
    statuses = [result["status"] for result in data_of(first)]
    expect(statuses == ["done"] * len(operations), f"not every operation was done: {', '.join(statuses)}")
    expect(data_of(again) == data_of(first), "the same batch was answered otherwise")
    replayed = [answer.json()["meta"]["replayed"] for answer in (first, again)]
    expect(replayed == [False, True], "a replay is not marked as one")


def _new_id() -> str:
    """A UUIDv7."""
    milliseconds = time.time_ns() // 1_000_000
    return str(UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | secrets.randbits(62)))
