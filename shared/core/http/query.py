"""The query of a request: what a route takes, once each, and nothing else."""

from collections import Counter
from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from pydantic import BaseModel
from starlette.datastructures import QueryParams

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
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from (info.alias or name for name, info in model.model_fields.items())
        else:
            yield field.alias
    for dependency in dependant.dependencies:
        yield from _names(dependency)


def check_query(query: bytes, known: frozenset[str]) -> None:
    """Refuse what would go unread: of a name that is misspelt, or given twice, the answer would not show it.

    Raises:
        ValidationFailed: with a line for each such parameter.
    """
    if query.count(b"%") > MOST_ENCODED:
        raise ValidationFailed(
            details=(FieldError("query", "too_long", f"must not have more than {MOST_ENCODED} encoded bytes"),)
        )
    if query.count(b"&") >= MOST_PARAMETERS:
        raise ValidationFailed(
            details=(FieldError("query", "too_long", f"must not have more than {MOST_PARAMETERS} parameters"),)
        )
    times = Counter(name for name, _ in QueryParams(query).multi_items())
    faults = [FieldError(name[:LONGEST_FIELD] or "query", *_UNKNOWN) for name in times if name not in known]
    faults += [FieldError(name, *_REPEATED) for name in times if name in known and times[name] > 1]
    if faults:
        raise ValidationFailed(details=tuple(faults[:MOST_DETAILS]))
