"""X-Ray's formats: the header that says whether an invocation is traced, and the document that tells of it.

Lambda runs X-Ray's daemon beside a function. It takes a document in a datagram and sends it on by itself, after the
function has answered; so nothing is waited for, and no library is needed.
"""

import json
import os
import re
import socket
from typing import Any, NamedTuple

from shared.core.errors import status_and_code
from shared.core.tracing.trace import RecordedSpan, Trace

_HEAD = b'{"format":"json","version":1}\n'
_ROOT = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_PARENT = re.compile(r"[0-9a-f]{16}")
# In digits: a name would have to be looked up, which takes time.
_ADDRESS = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3}){3}):([0-9]{1,5})")
_LONGEST_TEXT = 250
# Three times what Lambda writes; a client may have had a hand in it.
_LONGEST_HEADER = 256
# SQLSTATEs that our functions in the database raise are of a class of their own, and end with a status.
_OWN_STATE = re.compile(r"TA([0-9]{3})")


class Parent(NamedTuple):
    """The segment that Lambda writes of an invocation."""

    trace_id: str
    id: str


def read_parent(header: str) -> Parent | None:
    """From `Root=1-…;Parent=…;Sampled=1`; None if this invocation is not sampled, or the header cannot be read."""
    parts = _parts(header)
    trace_id, parent = parts.get("Root", ""), parts.get("Parent", "")
    if parts.get("Sampled") != "1" or not _ROOT.fullmatch(trace_id) or not _PARENT.fullmatch(parent):
        return None
    return Parent(trace_id, parent)


def root_of(header: str) -> str | None:
    """The trace id alone, which is all that API Gateway gives."""
    root = _parts(header).get("Root", "")
    return root if _ROOT.fullmatch(root) else None


def _parts(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header[:_LONGEST_HEADER].split(";"))
    return {name: value for name, _, value in pairs}


def datagram(trace: Trace, parent: Parent) -> bytes:
    """All spans in one document: the outermost is a subsegment of Lambda's segment."""
    root = _subsegment(trace.root)
    document = {"type": "subsegment", "trace_id": parent.trace_id, "parent_id": parent.id, **root}
    return _HEAD + json.dumps(document, separators=(",", ":")).encode()


def _subsegment(span: RecordedSpan) -> dict[str, Any]:
    status = span.annotations.get("status") or _status(span.error)
    document: dict[str, Any] = {
        "id": _new_id(),
        "name": span.name,
        "start_time": round(span.start, 6),
        "end_time": round(span.end, 6),
        **_flags(status),
    }
    if span.error is not None:
        document["cause"] = {"working_directory": "", "exceptions": [{"id": _new_id(), "type": _kind(span.error)}]}
    if "status" in span.annotations:
        method = {"method": span.annotations.get("method", "")}
        document["http"] = {"request": method, "response": {"status": status}}
    if span.annotations:
        document["annotations"] = {name: _bounded(value) for name, value in span.annotations.items()}
    if span.within:
        document["subsegments"] = [_subsegment(inner) for inner in span.within]
    return document


def _status(error: BaseException | None) -> int:
    """What a failure would be answered with."""
    if error is None:
        return 200
    own = _OWN_STATE.fullmatch(getattr(error, "sqlstate", None) or "")
    return int(own[1]) if own else status_and_code(type(error))[0]


def _flags(status: int) -> dict[str, bool]:
    if status < 400:
        return {}
    if status == 429:
        return {"error": True, "throttle": True}
    return {"fault": True} if status >= 500 else {"error": True}


def _kind(error: BaseException) -> str:
    """Its class and SQLSTATE; never its text, which may quote a row."""
    return " ".join(filter(None, (type(error).__name__, getattr(error, "sqlstate", None))))


def _bounded(value: Any) -> Any:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else value


def _new_id() -> str:
    return os.urandom(8).hex()


def send(document: bytes, address: str) -> None:
    """Hand it to the daemon, as in `127.0.0.1:2000`. It is not waited for, and lost where nobody listens.

    Raises:
        OSError, OverflowError: it cannot be sent.
    """
    read = _ADDRESS.fullmatch(address)
    if read is None:
        return
    # Opened anew: a snapshot that is restored would find an old one closed.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setblocking(False)
        udp.sendto(document, (read[1], int(read[2])))
