"""What goes over HTTP, whatever the resource. Plain pydantic: input is validated before any table sees it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from annotated_types import GroupedMetadata
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints
from pydantic.json_schema import SkipJsonSchema

PAGE_LENGTH = 50
LONGEST_PAGE = 100
# Of PostgreSQL's `integer`.
LEAST_INTEGER, GREATEST_INTEGER = -(2**31), 2**31 - 1
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)


def _without_nul(value: str | None) -> str | None:
    if value is not None and "\0" in value:
        raise ValueError("must not contain a NUL character")  # PostgreSQL's text cannot hold one
    return value


def _blank_to_none(value: str | None) -> str | None:
    return value or None


def _true_or_false(value: Any) -> Any:
    """Null is not a way to leave it out; and said here, one fault is one line, where the union would give two."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false; leave it out to keep it as it is")  # noqa: TRY004  # for pydantic
    return value


def _with_offset(value: Any) -> Any:
    """Without it a time is a different one for each reader; numbers and other spellings are taken for mistakes."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and _RFC_3339.fullmatch(value)):
        raise ValueError("must be a time as in RFC 3339, with its offset: 2026-04-16T09:30:00Z")
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie in the years 1 to 9999, in UTC") from None


def _written_as(pattern: str, hint: str) -> BeforeValidator:
    """Accept only one spelling of a query parameter, where pydantic alone would also read `1.0`, `yes` or `on`."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(hint)
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


# In and out: what comes in has an offset, what goes out is in UTC.
Timestamp = Annotated[datetime, BeforeValidator(_with_offset), AfterValidator(_in_utc)]
QueryFlag = Annotated[bool, _written_as("true|false", "must be true or false")]
# Left out it is None, and no part of what `model_dump` gives: the row keeps what it has.
KeptBoolean = Annotated[
    StrictBool | SkipJsonSchema[None], BeforeValidator(_true_or_false), Field(exclude_if=lambda value: value is None)
]


class Body(BaseModel):
    """The body of a request: nothing in it goes unread."""

    model_config = ConfigDict(extra="forbid")


class Public(BaseModel):
    """A row as its owner sees it: the columns that every owned table has."""

    id: UUID
    user_id: str
    created_at: Timestamp
    updated_at: Timestamp


class PageQuery(BaseModel):
    """The query of a list. What a resource adds to it are filters: each a column of its table."""

    # In this order: bounds that come after the validator are not in the OpenAPI document.
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE), _written_as("-?[0-9]{1,9}", "must be a whole number")] = (
        PAGE_LENGTH
    )
    cursor: Annotated[str | None, Field(description="`meta.next_cursor` of the page before")] = None
    count: QueryFlag = False

    @classmethod
    def filters(cls) -> set[str]:
        return cls.model_fields.keys() - PageQuery.model_fields.keys()


class PageMeta(BaseModel):
    limit: int
    next_cursor: str | None
    total: Annotated[int | None, Field(exclude_if=lambda total: total is None)] = None


DataT = TypeVar("DataT", bound=BaseModel)


class Envelope(BaseModel, Generic[DataT]):
    data: DataT


class Page(BaseModel, Generic[DataT]):
    data: list[DataT]
    meta: PageMeta
