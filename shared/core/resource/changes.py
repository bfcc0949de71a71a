"""The feed of changes: what is asked, what is answered, and the cursor that says how far a reader has come."""

import base64
import binascii
import struct
import zlib
from typing import Annotated, Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from shared.core.errors import BadRequest, CursorExpired
from shared.core.resource.fields import written_as
from shared.core.resource.schemas import LONGEST_PAGE

# Tombstones are kept for longer than this.
CURSOR_LIFETIME_S = 90 * 24 * 3600
# Checksum; epoch; position, buried (revisions); caught up (seconds).
_LAYOUT = struct.Struct(">I16sQQQ")
_GREATEST = 2**63 - 1
_NO_EPOCH = UUID(int=0)


class ChangesQuery(BaseModel):
    limit: Annotated[
        int, Field(ge=1, le=LONGEST_PAGE), written_as("-?[0-9]{1,9}", "not_an_integer", "must be a whole number")
    ] = LONGEST_PAGE
    after: str | None = None


class Change(BaseModel):
    """A row as it is now, in a field of the resource's own name, or null where it was deleted."""

    id: UUID
    deleted: bool


class ChangesMeta(BaseModel):
    cursor: str
    more: bool


ChangeT = TypeVar("ChangeT", bound=Change)


class Changes(BaseModel, Generic[ChangeT]):
    data: list[ChangeT]
    meta: ChangesMeta


class FeedCursor(NamedTuple):
    """How far a reader has come.

    `epoch` is that of the account, or none where it had no row; all up to the revision `position` was read, but for
    tombstones up to `buried`, which were there before the reader began. `caught_up` is when it had everything, in
    seconds.
    """

    epoch: UUID = _NO_EPOCH
    position: int = 0
    buried: int = _GREATEST
    caught_up: int = 0

    def after(self, rows: list[dict[str, Any]], *, more: bool) -> "FeedCursor":
        """The cursor after these rows of an answer.

        Raises:
            CursorExpired: this cursor is of another account or database, or so old that tombstones may be missing.
        """
        head = rows[0]
        began = self.epoch == _NO_EPOCH
        if not began and self._has_expired(head):
            raise CursorExpired
        return FeedCursor(
            epoch=head["_epoch"] or _NO_EPOCH,
            position=rows[-1]["_revision"] if more else head["_head"],
            buried=head["_head"] if began else self.buried,
            caught_up=self.caught_up if more and not began else head["_now"],
        )

    def _has_expired(self, head: dict[str, Any]) -> bool:
        return bool(
            self.epoch != head["_epoch"]
            or self.position > head["_head"]
            or max(self.position, self.buried) < head["_trimmed"]
            or self.caught_up < head["_now"] - CURSOR_LIFETIME_S
        )

    def encoded(self, collection: str) -> str:
        return base64.urlsafe_b64encode(self._packed(collection)).rstrip(b"=").decode()

    def _packed(self, collection: str) -> bytes:
        packed = _LAYOUT.pack(0, self.epoch.bytes, self.position, self.buried, self.caught_up)
        return zlib.crc32(packed + collection.encode()).to_bytes(4) + packed[4:]

    @classmethod
    def read(cls, cursor: str | None, collection: str) -> "FeedCursor":
        """Not a secret: every query is filtered by owner all the same.

        Raises:
            BadRequest: when this is nothing that was answered for this collection.
        """
        if cursor is None:
            return cls()
        try:
            packed = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            _, epoch, position, buried, caught_up = _LAYOUT.unpack(packed)
        except (UnicodeEncodeError, binascii.Error, ValueError, struct.error):
            raise BadRequest("The cursor is not valid.") from None
        found = cls(UUID(bytes=epoch), position, buried, caught_up)
        if max(position, buried) > _GREATEST or found.encoded(collection) != cursor:
            raise BadRequest("The cursor is not valid.")
        # Whoever had nothing begins, whatever has been deleted since.
        return cls() if found.epoch == _NO_EPOCH else found
