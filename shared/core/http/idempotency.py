"""The Idempotency-Key of a request: what it may look like, and what it is bound to."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.core.errors import BadRequest

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A key and the SHA-256 of what was asked for under it."""

    key: str
    request_hash: str


def read_key(headers: Sequence[str], body: Any) -> KeyedRequest | None:
    """The key of a request whose validated body is `body`, a JSON value; None when it has none.

    Raises:
        BadRequest: more than one key, or one that is not 1-255 visible ASCII characters.
    """
    if not headers:
        return None
    if len(headers) > 1 or not _KEY.fullmatch(headers[0]):
        raise BadRequest("Idempotency-Key takes 1 to 255 visible ASCII characters.")
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return KeyedRequest(headers[0], hashlib.sha256(canonical.encode()).hexdigest())
