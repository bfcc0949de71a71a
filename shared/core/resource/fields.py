"""The types of fields, in and out. What a field takes, the column behind it takes too."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, LiteralString
from uuid import UUID

from annotated_types import GroupedMetadata
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

# Of PostgreSQL's `integer`.
LEAST_INTEGER, GREATEST_INTEGER = -(2**31), 2**31 - 1
_UUID_VERSION = 7
_UUID_V7 = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)


def _without_nul(value: str | None) -> str | None:
    if value is not None and "\0" in value:
        # PostgreSQL's text cannot hold one.
        raise PydanticCustomError("nul_character", "must not contain a NUL character")
    return value


def _blank_to_none(value: str | None) -> str | None:
    return value or None


def _true_or_false(value: Any) -> Any:
    """Null is not a way to leave it out; and said here, one fault is one line, where the union would give two."""
    if not isinstance(value, bool):
        raise PydanticCustomError("not_a_boolean", "must be true or false; leave it out to keep it as it is")
    return value


def _with_offset(value: Any) -> Any:
    """Without it a time is a different one for each reader; numbers and other spellings are taken for mistakes."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and _RFC_3339.fullmatch(value)):
        raise PydanticCustomError(
            "not_rfc_3339", "must be a time as in RFC 3339, with its offset: 2026-04-16T09:30:00Z"
        )
    return value


def _of_version_7(value: UUID) -> UUID:
    """An id is the order in which things were made; of other versions it is not."""
    if value.version != _UUID_VERSION:
        raise PydanticCustomError("not_uuid_7", "must be a UUID of version 7")
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("out_of_range", "must lie in the years 1 to 9999, in UTC") from None


def written_as(pattern: str, code: LiteralString, hint: LiteralString) -> BeforeValidator:
    """Accept only one spelling of a query parameter, where pydantic alone would also read `1.0`, `yes` or `on`."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and not re.fullmatch(pattern, value, re.ASCII):
            raise PydanticCustomError(code, hint)
        return value

    return BeforeValidator(check)


@dataclass(frozen=True, slots=True)
class Text(GroupedMetadata):
    """`Annotated[str, Text(200)]`: trimmed, then 1 to `length` characters."""

    length: int

    def __iter__(self) -> Iterator[object]:
        yield from StringConstraints(strip_whitespace=True, min_length=1, max_length=self.length)
        yield AfterValidator(_without_nul)


@dataclass(frozen=True, slots=True)
class OptionalText(GroupedMetadata):
    """`Annotated[str | None, OptionalText(2000)] = None`: trimmed, then up to `length` characters; blank is null."""

    length: int

    def __iter__(self) -> Iterator[object]:
        yield from StringConstraints(strip_whitespace=True, max_length=self.length)
        yield AfterValidator(_without_nul)
        yield AfterValidator(_blank_to_none)


@dataclass(frozen=True, slots=True)
class Integer(GroupedMetadata):
    """`Annotated[int, Integer(1, 5)]`: a whole number within these bounds, and no text or fraction that equals one."""

    least: int = LEAST_INTEGER
    greatest: int = GREATEST_INTEGER

    def __iter__(self) -> Iterator[object]:
        yield Field(strict=True, ge=self.least, le=self.greatest)


# Of a row, which is read in UTC.
UtcTimestamp = AwareDatetime
# What comes in has an offset.
Timestamp = Annotated[datetime, BeforeValidator(_with_offset), AfterValidator(_in_utc)]
QueryFlag = Annotated[bool, written_as("true|false", "not_a_boolean", "must be true or false")]
# Left out it is None, and no part of what `model_dump` gives: the row keeps what it has.
KeptBoolean = Annotated[
    StrictBool | SkipJsonSchema[None], BeforeValidator(_true_or_false), Field(exclude_if=lambda value: value is None)
]
# Chosen by the client, so that it knows the id before it is answered, and can ask again.
ClientId = Annotated[
    UUID, AfterValidator(_of_version_7), WithJsonSchema({"type": "string", "format": "uuid", "pattern": _UUID_V7})
]
