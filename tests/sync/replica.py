"""A copy of one collection that is kept offline, by the protocol of docs/sync.md and nothing else.

The reference for whoever writes a client. Three rules keep it right:
1. What its user does waits in the outbox, in order. One batch at a time is in flight, and is repeated unchanged, with
   the same number, until it is answered: the server does each batch once, however often it comes.
2. The copy changes by the feed alone. What has not come back by it is shown on top.
3. Whoever is told that the cursor has expired reads everything anew, and drops what did not come.

All that a `Replica` holds belongs on the disk, stored before anything is sent.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from uuid import UUID, uuid4

Item = dict[str, Any]
Operation = dict[str, Any]
MOST_OPERATIONS = 100
# Of one reading: a feed that begins anew more often does not come to an end.
MOST_BEGINNINGS = 20


class NoAnswer(Exception):
    """It may have been done or not: nothing came back, or a 503. Try again later."""


class Refused(Exception):
    """The server does not take the request, and will not take it later either: a defect of this client."""


class Send(Protocol):
    """Does a request to the API, with a token: gives status and JSON. Raises `NoAnswer`."""

    def __call__(self, method: str, path: str, *, query: dict[str, Any], body: Any) -> tuple[int, Any]: ...


class Failure(NamedTuple):
    """An operation that was not done, and why: `stale`, `conflict`, `deleted`, `not_found`, `quota`, `rolled_back`."""

    operation: Operation
    status: str


def uuid7() -> str:
    """An id of one's own making: the milliseconds, then what nobody can guess. Python 3.14 has it in `uuid`."""
    milliseconds, random = time.time_ns() // 10**6, secrets.randbits(74)
    return str(UUID(int=milliseconds << 80 | 7 << 76 | (random >> 62) << 64 | 2 << 62 | random & (1 << 62) - 1))


@dataclass
class Replica:
    """`singular` is the name of one item of the collection, under which the feed has it."""

    collection: str
    singular: str
    send: Send
    new_id: Callable[[], str] = uuid7
    page: int = 100
    atomic: bool = False  # whether a batch is done as a whole or not at all

    # What the server has said.
    copy: dict[str, Item] = field(default_factory=dict)
    cursor: str | None = None
    anew: dict[str, Item] | None = None  # becomes the copy when it is complete
    # What it has not said yet.
    outbox: list[Operation] = field(default_factory=list)
    flight: dict[str, Any] | None = None  # the batch that was sent and not answered
    done: list[Operation] = field(default_factory=list)  # answered, and not seen in the feed yet
    failures: list[Failure] = field(default_factory=list)  # for the user to see
    client_id: str = field(default_factory=lambda: str(uuid4()))
    seq: int = 0  # of the last batch that was answered

    # ---- What the user does

    def create(self, fields: Item) -> str:
        item_id = self.new_id()
        self.do({"op": "create", "id": item_id, **fields})
        return item_id

    def patch(self, item_id: str, patch: Item, *, unless_changed: bool = False) -> None:
        self.do({"op": "patch", "id": item_id, "patch": patch}, unless_changed=unless_changed)

    def delete(self, item_id: str, *, unless_changed: bool = False) -> None:
        self.do({"op": "delete", "id": item_id}, unless_changed=unless_changed)

    def do(self, operation: Operation, *, unless_changed: bool = False) -> None:
        """Put it into the outbox. `unless_changed`: not where someone else has changed the item meanwhile."""
        # On top of an own operation no version can be named: nobody knows yet which one that will make.
        waits = any(operation["id"] == other["id"] for other in self._pending())
        if unless_changed and not waits and (item := self.copy.get(operation["id"])):
            operation = {**operation, "version": item["version"]}
        self.outbox.append(operation)

    def items(self) -> dict[str, Item]:
        """What the user sees."""
        shown = dict(self.copy)
        for operation in self._pending():
            _apply(shown, operation)
        return shown

    def _pending(self) -> Iterator[Operation]:
        yield from self.done
        yield from self.flight["operations"] if self.flight else ()
        yield from self.outbox

    # ---- What goes to the server

    def push(self) -> None:
        """Send what waits. Raises `NoAnswer`: the same again later."""
        while batch := self._next_batch():
            self._answered(batch, *self.send("POST", f"/api/{self.collection}/batch", query={}, body=batch))

    def _next_batch(self) -> dict[str, Any] | None:
        if self.flight is None and self.outbox:
            operations, self.outbox = self.outbox[:MOST_OPERATIONS], self.outbox[MOST_OPERATIONS:]
            number = {"client_id": self.client_id, "seq": self.seq + 1}
            self.flight = {**number, "atomic": self.atomic, "operations": operations}
        return self.flight

    def _answered(self, batch: dict[str, Any], status: int, answer: Any) -> None:
        if status == 200:
            self.seq, self.flight = batch["seq"], None
            for operation, result in zip(batch["operations"], answer["data"], strict=True):
                if result["status"] == "done":
                    self.done.append(operation)
                else:
                    self.failures.append(Failure(operation, result["status"]))
        elif _code(answer) in ("UNKNOWN_CLIENT", "SUPERSEDED"):
            # The server has forgotten this client, or has met a copy of it. Nobody can tell whether this batch was
            # done; as that of a new client it is done now. No item is made twice, for its id is the same.
            self.client_id, self.seq = self.new_id(), 0
            self.outbox, self.flight = batch["operations"] + self.outbox, None
        else:
            raise Refused(answer)

    # ---- What comes from it

    def pull(self) -> None:
        """Read what has changed. Raises `NoAnswer`: what was read is kept, the rest comes later."""
        more, beginnings = True, 0
        while more:
            query = {"limit": self.page, **({"after": self.cursor} if self.cursor else {})}
            status, answer = self.send("GET", f"/api/{self.collection}/changes", query=query, body=None)
            if status == 200:
                more = self._take(answer)
            elif _code(answer) == "CURSOR_EXPIRED" and beginnings < MOST_BEGINNINGS:
                self.cursor, beginnings = None, beginnings + 1
            else:
                raise Refused(answer)

    def _take(self, answer: Any) -> bool:
        """Take a page of the feed; gives whether there is more."""
        if self.cursor is None:
            self.anew = {}
        items = self.copy if self.anew is None else self.anew
        for change in answer["data"]:
            if change["deleted"]:
                items.pop(change["id"], None)
            else:
                items[change["id"]] = change[self.singular]
        self.cursor = answer["meta"]["cursor"]
        if not answer["meta"]["more"]:
            self.copy, self.anew = items, None
            # What was answered before this page was asked for is in the feed by now.
            self.done.clear()
        return bool(answer["meta"]["more"])


def _apply(items: dict[str, Item], operation: Operation) -> None:
    """As the server will, as far as one can know here."""
    item_id = operation["id"]
    fields = operation.get("patch") or {name: operation[name] for name in operation.keys() - {"op", "version", "patch"}}
    if operation["op"] == "delete":
        items.pop(item_id, None)
    elif operation["op"] == "create" or item_id in items:
        items[item_id] = {**items.get(item_id, {}), **fields}


def _code(answer: Any) -> str:
    return str(answer["error"]["code"])
