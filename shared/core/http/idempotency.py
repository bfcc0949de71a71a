"""The Idempotency-Key of a request: what it may look like, and what it is bound to."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from shared.core.errors import BadRequest

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
# Kept: `json.dumps` would make one for each, and a batch has a hundred.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def read_key(headers: Sequence[str]) -> str | None:
    """The key of a request; None when it has none.

    Raises:
        BadRequest: more than one header, or a key that is not 1-255 visible ASCII characters. Behind API Gateway two
            headers are one, joined by a comma, and so one key.
    """
    if not headers:
        return None
    if len(headers) > 1 or not _KEY.fullmatch(headers[0]):
        raise BadRequest("Idempotency-Key takes 1 to 255 visible ASCII characters.")
    return headers[0]


def request_hash(collection: str, sent: Any) -> str:
    """The SHA-256, in hex, of what a key is bound to: where it was sent, and what.

    `sent` is a JSON value: the validated body without what was left out of it, so that a field which a later version
    adds does not make a retry another request.
    """
    return hashlib.sha256(_CANONICAL.encode([collection, sent]).encode()).hexdigest()
