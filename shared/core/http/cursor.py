"""The page cursor: where a list goes on, opaque to clients."""

import base64
import binascii
from typing import NamedTuple
from uuid import UUID

from shared.core.errors import BadRequest

_UUID_VERSION = 7
_ID_BYTES = 16
_GREATEST = 2**63 - 1


class ListCursor(NamedTuple):
    """The last row of the page before: its id, and what it was sorted by, where that is not the id alone."""

    id: UUID | None = None
    key: str | int | None = None

    def encoded(self, sort: str) -> str:
        """Bound to the order: in another one it would lead astray."""
        assert self.id is not None  # noqa: S101  # there is a last row
        order = f"{sort}\n{'' if self.key is None else self.key}".encode()
        return base64.urlsafe_b64encode(self.id.bytes + order).rstrip(b"=").decode()

    @classmethod
    def read(cls, cursor: str | None, sort: str) -> "ListCursor":
        """Not a secret: every query is filtered by owner all the same.

        Raises:
            BadRequest: when this is nothing that `encoded` makes for this order.
        """
        if cursor is None:
            return cls()
        try:
            found = cls._decoded(cursor, sort)
        except (UnicodeError, binascii.Error, ValueError):
            raise BadRequest("The cursor is not valid.") from None
        if found.id is None or found.encoded(sort) != cursor or found.id.version != _UUID_VERSION:
            raise BadRequest("The cursor is not valid.")
        return found

    @classmethod
    def _decoded(cls, cursor: str, sort: str) -> "ListCursor":
        packed = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        _, _, key = packed[_ID_BYTES:].decode().partition("\n")
        return cls(UUID(bytes=packed[:_ID_BYTES]), _key(sort.lstrip("-"), key))


def _key(sort: str, text: str) -> str | int | None:
    if sort == "created":
        return None
    if sort != "updated":
        if "\0" in text:
            raise ValueError(text)  # PostgreSQL's text cannot hold one
        return text
    if not text.isascii() or not text.isdigit() or int(text) > _GREATEST:
        raise ValueError(text)
    return int(text)
