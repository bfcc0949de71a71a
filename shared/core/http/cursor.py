"""The page cursor: where a list goes on, opaque to clients."""

import base64
import binascii
from uuid import UUID

from shared.core.errors import BadRequest

_UUID_VERSION = 7


def encode_cursor(last_id: UUID) -> str:
    return base64.urlsafe_b64encode(last_id.bytes).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> UUID:
    """The id of the last row of the page before. Not a secret: every query is filtered by owner all the same.

    Raises:
        BadRequest: when this is nothing that `encode_cursor` makes.
    """
    try:
        last_id = UUID(bytes=base64.b64decode(cursor.encode("ascii") + b"==", altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise BadRequest("The cursor is not valid.") from None
    if encode_cursor(last_id) != cursor or last_id.version != _UUID_VERSION:
        raise BadRequest("The cursor is not valid.")
    return last_id
