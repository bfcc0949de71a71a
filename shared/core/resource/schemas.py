"""What goes over HTTP, whatever the resource. Plain pydantic: input is validated before any table sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from annotated_types import GroupedMetadata
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model
from pydantic_core import PydanticCustomError

from shared.core.resource.fields import ClientId, OptionalText, QueryFlag, UtcTimestamp, written_as

PAGE_LENGTH = 50
LONGEST_PAGE = 100
LONGEST_SEARCH = 200
NEWEST_FIRST = "-created"


class Body(BaseModel):
    """The body of a request: nothing in it goes unread."""

    model_config = ConfigDict(extra="forbid")


def not_sent() -> Any:
    """The default of what is read only where it was sent, so that no schema says null."""


class NewItem(Body):
    """What a new row of any resource may have: an id of the client's making. Sent again, it is the same row."""

    # Left out it is in no dump; nobody else reads it.
    id: ClientId = Field(default_factory=not_sent, exclude_if=lambda value: value is None)


BodyT = TypeVar("BodyT", bound=Body)


def partial(body: type[BodyT]) -> type[BodyT]:
    """The body with every field optional, for a patch: what is not sent is no part of what was set."""
    optional: dict[str, Any] = {
        name: (Annotated[field.annotation, *field.metadata, Field()], Field(default_factory=not_sent))
        for name, field in body.model_fields.items()
    }
    return create_model(body.__name__, __base__=body, __doc__=body.__doc__, __module__=body.__module__, **optional)


class Public(BaseModel):
    """A row as its owner sees it: the columns that every owned table has. `version` is the ETag."""

    id: UUID
    user_id: str
    version: int
    created_at: UtcTimestamp
    updated_at: UtcTimestamp


@dataclass(frozen=True, slots=True)
class Sorts(GroupedMetadata):
    """`Annotated[str, Sorts("title")]`: by when it was made or changed, or by one of these; `-` for descending."""

    columns: tuple[str, ...]

    def __init__(self, *columns: str) -> None:
        object.__setattr__(self, "columns", columns)

    @property
    def names(self) -> list[str]:
        return [sign + name for name in ("created", "updated", *self.columns) for sign in ("-", "")]

    def __iter__(self) -> Iterator[object]:
        yield Field(json_schema_extra={"enum": [*self.names]})
        yield AfterValidator(self._known)

    def _known(self, value: str) -> str:
        if value not in self.names:
            raise PydanticCustomError("unknown_sort", "must be one of {names}", {"names": ", ".join(self.names)})
        return value


class PageQuery(BaseModel):
    """The query of a list. What a resource adds to it are filters: each a column of its table."""

    # In this order: bounds that come after the validator are not in the OpenAPI document.
    limit: Annotated[
        int, Field(ge=1, le=LONGEST_PAGE), written_as("-?[0-9]{1,9}", "not_an_integer", "must be a whole number")
    ] = PAGE_LENGTH
    cursor: Annotated[str | None, Field(description="`meta.next_cursor` of the page before")] = None
    count: QueryFlag = False
    q: Annotated[str | None, OptionalText(LONGEST_SEARCH)] = None
    sort: Annotated[str, Sorts()] = NEWEST_FIRST

    @classmethod
    def filters(cls) -> set[str]:
        return cls.model_fields.keys() - PageQuery.model_fields.keys()

    @classmethod
    def sorts(cls) -> list[str]:
        (sorts,) = (one for one in cls.model_fields["sort"].metadata if isinstance(one, Sorts))
        return sorts.names


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


class Count(BaseModel):
    """How many rows a request about many of them has changed."""

    count: int
