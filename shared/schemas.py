"""What goes over HTTP. Plain pydantic: input is validated here, before any table model sees it."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints
from pydantic.json_schema import SkipJsonSchema

TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 2000
PAGE_LENGTH = 50
LONGEST_PAGE = 100


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not contain a NUL character")  # PostgreSQL's text cannot hold one
    return value


def _blank_to_none(value: str | None) -> str | None:
    return value or None


def _true_or_false(value: Any) -> Any:
    """Null is not a way to leave it out; and said here, one fault is one line, where the union would give two."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false; leave it out to keep it as it is")  # noqa: TRY004  # for pydantic
    return value


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _written_as(pattern: str, hint: str) -> BeforeValidator:
    """Accept only one spelling of a query parameter, where pydantic alone would also read `1.0`, `yes` or `on`."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(hint)
        return value

    return BeforeValidator(check)


Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_LENGTH),
    AfterValidator(_without_nul),
]
Description = Annotated[
    Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=DESCRIPTION_LENGTH), AfterValidator(_without_nul)
    ]
    | None,
    AfterValidator(_blank_to_none),
]
Timestamp = Annotated[datetime, AfterValidator(_in_utc)]
QueryFlag = Annotated[bool, _written_as("true|false", "must be true or false")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TaskCreate(_Body):
    title: Title
    description: Description = None


class TaskUpdate(_Body):
    """A whole task: an omitted description is cleared, an omitted `completed` stays as it is."""

    title: Title
    description: Description = None
    completed: Annotated[StrictBool | SkipJsonSchema[None], BeforeValidator(_true_or_false)] = None


class TaskCompletion(_Body):
    completed: StrictBool


class PageQuery(BaseModel):
    # In this order: bounds that come after the validator are not in the OpenAPI document.
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE), _written_as("-?[0-9]{1,9}", "must be a whole number")] = (
        PAGE_LENGTH
    )
    cursor: Annotated[str | None, Field(description="`meta.next_cursor` of the page before")] = None
    completed: QueryFlag | None = None
    count: QueryFlag = False


class TaskPublic(BaseModel):
    id: UUID
    user_id: str
    title: str
    description: str | None
    completed: bool
    completed_at: Timestamp | None
    created_at: Timestamp
    updated_at: Timestamp


class TaskEnvelope(BaseModel):
    data: TaskPublic


class PageMeta(BaseModel):
    limit: int
    next_cursor: str | None
    total: Annotated[int | None, Field(exclude_if=lambda total: total is None)] = None


class TaskPage(BaseModel):
    data: list[TaskPublic]
    meta: PageMeta


class Account(BaseModel):
    id: str
    email: str | None
    name: str | None
    tasks: int
    completed_tasks: int


class AccountEnvelope(BaseModel):
    data: Account


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    version: str


class HealthEnvelope(BaseModel):
    data: Health
