"""The body of a request: JSON that is read once, strictly and within bounds, before any of it is validated.

A validator has something to say of each value, so that junk would cost more than a good request. What no body of ours
can hold is refused here instead, in one line.
"""

import json
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

from fastapi import Request

from shared.core.errors import BadRequest, FieldError, ValidationFailed

MAX_BODY_BYTES = 64 * 1024
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """What a body may have: bytes, members in one object, values in all (objects and lists too), levels.

    `media_type` is what it may be called beside application/json.
    """

    size: int = MAX_BODY_BYTES
    members: int = 100
    values: int = 1000
    depth: int = 16
    media_type: str = ""


# RFC 7396: what it names is set, null included, and the rest stays.
MERGE_PATCH = BodyLimits(media_type="application/merge-patch+json")


class ReadRequest(Request):
    """A request whose body was read, for FastAPI, which would parse it in its own way."""

    def __init__(self, request: Request, body: bytes, value: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._read, self._value = body, value

    async def body(self) -> bytes:
        return self._read

    async def json(self) -> Any:
        return self._value


def read_json(body: bytes, limits: BodyLimits) -> Any:
    """The value of a body: UTF-8, with or without BOM; no member twice in one object, no NaN or Infinity.

    Raises:
        BadRequest: it is no such JSON.
        ValidationFailed: it holds more than `limits` allow.
    """
    _check_size(body, limits)
    try:
        text = _decoded(body)
        value = json.loads(text, object_pairs_hook=partial(_object, limits), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise BadRequest("The body must be JSON in UTF-8.") from None
    except (ValueError, RecursionError):  # more digits than Python reads are a ValueError
        raise BadRequest("The body is not valid JSON.") from None
    _check_bounds(value, limits)
    return value


def _check_size(body: bytes, limits: BodyLimits) -> None:
    """Refuse by what parts values, before so many are made: to parse them takes longer than a good request."""
    if _parts(body) > limits.values and _parts(_outside_texts(body)) > limits.values:
        raise _too_much(f"must not have more than {limits.values} values")


def _parts(body: bytes) -> int:
    """At least one value less than there are; more where they stand in a text."""
    return max(body.count(b","), body.count(b"{") + body.count(b"["))


def _outside_texts(body: bytes) -> bytes:
    # Without escaped ones, each quotation mark begins a text or ends it.
    plain = body.replace(rb"\\", b"").replace(rb"\"", b"")
    return b"".join(plain.split(b'"')[::2])


def _decoded(body: bytes) -> str:
    encoding = json.detect_encoding(body)
    if not encoding.startswith("utf-8"):
        raise UnicodeDecodeError(encoding, body, 0, 1, "JSON is exchanged in UTF-8")
    return body.decode("utf-8-sig")


def _object(limits: BodyLimits, members: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) != len(members):
        # Two readers of one body may disagree about which of the two counts.
        raise BadRequest(f"The body has the member {_twice(members)} more than once.")
    if len(members) > limits.members:
        raise _too_much(f"must not have more than {limits.members} members in an object")
    return value


def _twice(members: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    name = next(name for name, _ in members if name in seen or seen.add(name))  # type: ignore[func-returns-value]
    return json.dumps(name[:_LONGEST_NAME])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _check_bounds(value: Any, limits: BodyLimits) -> None:
    level, values = [value], 0
    for _ in range(limits.depth):
        values += len(level)
        if values > limits.values:
            raise _too_much(f"must not have more than {limits.values} values")
        level = [inner for outer in level if isinstance(outer, dict | list) for inner in _inside(outer)]
        if not level:
            return
    raise _too_much(f"must not be nested deeper than {limits.depth} levels")


def _inside(value: dict[str, Any] | list[Any]) -> Any:
    return value.values() if isinstance(value, dict) else value


def _too_much(message: str) -> ValidationFailed:
    return ValidationFailed(details=(FieldError("body", "too_complex", message),))
