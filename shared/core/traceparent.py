"""The trace that a caller is in, by the header `traceparent` (https://www.w3.org/TR/trace-context/)."""

import re

# Version, trace id, the caller's span, flags; later versions may have more behind them.
_TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_NEVER = b"ff"


def client_trace_id(headers: list[list[bytes]]) -> str | None:
    """The trace id of an ASGI request, 32 hexadecimal digits; None unless there is one, and well-formed."""
    for name, value in headers:
        if name == b"traceparent":
            return _trace_id(value)
    return None


def _trace_id(value: bytes) -> str | None:
    read = _TRACEPARENT.fullmatch(value)
    if read is None or read[1] == _NEVER or (read[1] == b"00" and read[4]):
        return None
    # Zeros alone are nobody's.
    return read[2].decode() if int(read[2], 16) and int(read[3], 16) else None
