"""The query of a request: what a route takes, once each, and nothing else."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from fastapi import Request
from fastapi._compat import field_annotation_is_sequence
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from shared.core.errors import FieldError, ValidationFailed
from shared.core.http.answers import LONGEST_FIELD, MOST_DETAILS

MOST_PARAMETERS = 100
MOST_ENCODED = 1000
_UNKNOWN = "unknown_parameter", "is not a parameter of this request"
_REPEATED = "repeated_parameter", "must be given once"


def query_names(dependant: Dependant) -> frozenset[str]:
    """The parameters that a route, or what it depends on, reads."""
    return frozenset(_names(dependant))


def _names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        if model := _model(field.field_info.annotation):
            yield from (info.alias or name for name, info in model.model_fields.items())
        else:
            yield field.alias
    for dependency in dependant.dependencies:
        yield from _names(dependency)


def _model(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _is_list(field: FieldInfo) -> bool:
    return field_annotation_is_sequence(field.annotation)


def query_reader(parameter: FieldInfo) -> Callable[[Request], Awaitable[BaseModel]] | None:
    """What makes a model of the query of what `read_query` gave, as the request's state has it.

    None for what else FastAPI does with one: validators of the parameter itself, and lists.
    """
    model = _model(parameter.annotation)
    if model is None or parameter.metadata or any(map(_is_list, model.model_fields.values())):
        return None

    async def read(request: Request) -> BaseModel:
        try:
            return model.model_validate(request.state.query)
        except ValidationError as error:
            faults = error.errors(include_url=False)
            raise RequestValidationError([{**fault, "loc": ("query", *fault["loc"])} for fault in faults]) from None

    return read


def read_query(request: Request, known: frozenset[str]) -> dict[str, str]:
    """The parameters by their names; refuses what would go unread: of a name that is misspelt, or given twice, the
    answer would not show it.

    Raises:
        ValidationFailed: with a line for each such parameter.
    """
    query: bytes = request.scope["query_string"]
    if query.count(b"%") > MOST_ENCODED:
        raise ValidationFailed(
            details=(FieldError("query", "too_long", f"must not have more than {MOST_ENCODED} encoded bytes"),)
        )
    if query.count(b"&") >= MOST_PARAMETERS:
        raise ValidationFailed(
            details=(FieldError("query", "too_long", f"must not have more than {MOST_PARAMETERS} parameters"),)
        )
    given = request.query_params.multi_items()
    times = Counter(name for name, _ in given)
    faults = [FieldError(name[:LONGEST_FIELD] or "query", *_UNKNOWN) for name in times if name not in known]
    faults += [FieldError(name, *_REPEATED) for name in times if name in known and times[name] > 1]
    if faults:
        raise ValidationFailed(details=tuple(faults[:MOST_DETAILS]))
    return dict(given)
