"""`make replay UPDATE=1`: takes the answers as they are now for what is expected, for review in the diff."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from local.gateway.response import HttpResponse
from local.replay.expectation import body_of, matches

# Of a new expectation; the others are the same with every answer, or none of this event's business.
_HEADERS = ("content-type", "cache-control", "x-content-type-options", "x-request-id", "location", "etag")
_QUOTA = ("ratelimit-policy", "ratelimit")
_ALWAYS_ANOTHER = ("x-request-id", "ratelimit")
# A feed's says when it was answered.
_CURSOR = "cursor"
_RECENT = timedelta(hours=1)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z")


def accepted(expected: dict[str, Any] | None, response: HttpResponse, request_id: str) -> str:
    """The expectation's file: what was expected and still holds stays, placeholders too; the rest is as answered."""
    headers = dict(response.headers)
    before = expected or {"headers": dict.fromkeys((*_HEADERS, *_QUOTA), "")}
    content = {
        "status": response.status,
        "headers": {
            name: "<any>" if name in _ALWAYS_ANOTHER else _merged(value, headers.get(name), request_id)
            for name, value in before["headers"].items()
            if expected or name in headers
        },
        "body": _merged(before.get("body"), body_of(response), request_id),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def accepted_result(result: Any) -> str:
    return json.dumps({"result": result}, indent=2) + "\n"


def _merged(expected: Any, given: Any, request_id: str) -> Any:
    if isinstance(given, dict):
        known = expected if isinstance(expected, dict) else {}
        before = {**known, _CURSOR: "<cursor>"}
        return {name: _merged(before.get(name), value, request_id) for name, value in given.items()}
    if isinstance(given, list):
        known_rows = expected if isinstance(expected, list) else []
        padded = [*known_rows, *[None] * len(given)]
        return [_merged(known, value, request_id) for known, value in zip(padded, given, strict=False)]
    if isinstance(expected, str) and matches(expected, given, request_id):
        return expected
    return _with_placeholders(given, request_id) if isinstance(given, str) else given


def _with_placeholders(text: str, request_id: str) -> str:
    """What was made a moment ago is another each time."""
    if request_id:
        text = text.replace(request_id, "<request_id>")
    text = _UUID.sub(lambda found: "<uuid>" if _is_recent(_made_at(UUID(found[0]))) else found[0], text)
    return _TIME.sub(lambda found: "<time>" if _is_recent(datetime.fromisoformat(found[0])) else found[0], text)


def _made_at(identifier: UUID) -> datetime:
    """By the milliseconds that a UUIDv7 begins with; of any other kind, a time that is not now."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=min(identifier.int >> 80, 10**14))


def _is_recent(time: datetime) -> bool:
    return abs(datetime.now(UTC) - time) < _RECENT
