"""The two modules of a resource in shared/: its table and its domain."""

from collections.abc import Callable, Iterable

from local.scaffold.fields import Field
from local.scaffold.resource import Resource
from shared.core.resource.schemas import NEWEST_FIRST

_PYTHON = {"text": "str", "enum": "str", "boolean": "bool", "integer": "int", "timestamp": "datetime"}


def modules(resource: Resource) -> dict[str, str]:
    """Sources by path, formatted by ruff afterwards."""
    plural = resource.names.plural
    return {f"shared/tables/{plural}.py": _table(resource), f"shared/{plural}.py": _domain(resource)}


def length_of(field: Field) -> str:
    return f"{field.name.upper()}_LENGTH"


def _texts(resource: Resource) -> list[Field]:
    return [field for field in resource.fields if field.kind == "text"]


def _table(resource: Resource) -> str:
    names = resource.names
    lengths = "".join(f"{length_of(field)} = {field.greatest}\n" for field in _texts(resource))
    needs_datetime = any(field.kind == "timestamp" for field in resource.fields)
    columns = _members(resource.fields, lambda field: f"{_annotation(field)} = {_column(field)}")
    return f'''"""{names.many.capitalize()}."""

{"from datetime import datetime" if needs_datetime else ""}

from shared.core.sql import columns
from shared.core.sql.owned import Owned, owned_statements

{lengths}

class {names.model}(Owned, table=True):
    __tablename__ = "{names.plural}"

{columns}

{names.constant} = owned_statements({names.model}, "{names.singular}")
'''


def _annotation(field: Field) -> str:
    return _PYTHON[field.kind] + (" | None" if field.optional else "")


def _column(field: Field) -> str:
    options = [] if field.default is None else [f"default={field.default!r}"]
    options += ["filtered=True"] if field.filtered else []
    bounds = [] if field.least is None else [str(field.least), str(field.greatest)]
    first = {"text": [length_of(field)], "enum": [repr(choice) for choice in field.choices], "integer": bounds}
    helper = {"enum": "choice"}.get(field.kind, field.kind)
    return f"columns.{helper}({', '.join([*first.get(field.kind, []), *options])})"


def _domain(resource: Resource) -> str:
    """Ruff takes away what is imported and not used."""
    names, model = resource.names, resource.names.model
    lengths = ", ".join(length_of(field) for field in _texts(resource))
    own_query = f", {resource.query}" if resource.query != "PageQuery" else ""
    return f'''"""The {names.many} of one caller."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, StrictBool

from shared.core.http.endpoint import callers
from shared.core.resource.batch import Batch, BatchAnswer, CreateOperation, DeleteOperation, Operations, PatchOperation
from shared.core.resource.changes import Change, Changes
from shared.core.resource.fields import Integer, OptionalText, QueryFlag, Text, Timestamp, UtcTimestamp
from shared.core.resource.schemas import (
    Body, Count, Envelope, NewItem, Page, PageQuery, Public, Sorts, partial
)
from shared.core.resource.store import OwnedStore
from shared.tables.{names.plural} import {names.constant}{", " if lengths else ""}{lengths}


class {model}Body(Body):
    """A {names.one} as a whole; what an update leaves out is as it was left out of a new one."""

{_members(resource.fields, _input)}

class {model}Create(NewItem, {model}Body):
    """A new {names.one}."""


@partial
class {model}Patch({model}Body):
    """What is to change of a {names.one}{_cleared(resource)}."""


{_queries(resource)}class {model}Public(Public):
{_members(resource.fields, _output)}

class {model}Change(Change):
    {names.singular}: {model}Public | None


class Create{model}(CreateOperation, {model}Body):
    """A new {names.one}, in a batch."""


class Patch{model}(PatchOperation):
    patch: {model}Patch


class {model}Batch(Batch):
    operations: Operations[Create{model} | Patch{model} | DeleteOperation]


class {model}Store(OwnedStore[{model}Create, {model}Body, {model}Public]):
    name, singular, statements = "{names.plural}", "{names.singular}", {names.constant}
    public, changed{", query" if own_query else ""} = {model}Public, {model}Change{own_query}


Callers{names.models} = Annotated[{model}Store, callers({model}Store)]
{model}Envelope: TypeAlias = Envelope[{model}Public]
{model}Page: TypeAlias = Page[{model}Public]
{model}Changes: TypeAlias = Changes[{model}Change]
{model}BatchAnswer: TypeAlias = BatchAnswer[{model}Public]
{"CountEnvelope: TypeAlias = Envelope[Count]" if resource.filters else ""}
'''


def _members(fields: Iterable[Field], written: Callable[[Field], str]) -> str:
    return "".join(f"    {field.name}: {written(field)}\n" for field in fields)


def _cleared(resource: Resource) -> str:
    """Of the fields that can be null."""
    optional = [field.name for field in resource.fields if field.optional]
    if not optional:
        return ""
    return f"; {'what is optional' if len(optional) > 1 else optional[0]} is cleared by null"


def _queries(resource: Resource) -> str:
    """What a list is asked for, and what a deletion of many, where there is more than all lists are asked for."""
    names, filters = resource.names, _members(resource.filters, lambda field: f"{_filter(field)} = None")
    columns = ", ".join(f'"{field.name}"' for field in resource.sorts)
    sort = f'    sort: Annotated[str, Sorts({columns})] = "{NEWEST_FIRST}"\n' if columns else ""
    query = f"class {resource.query}(PageQuery):\n{filters}{sort}\n\n" if filters or sort else ""
    if not filters:
        return query
    return f'''{query}class {names.model}Filters(BaseModel):
    """Of a request about many {names.many}: one at least."""

{filters}

'''


def _input(field: Field) -> str:
    none = " | None" if field.optional else ""
    integer = "" if field.least is None else f"{field.least}, {field.greatest}"
    types = {
        "text": f"Annotated[str{none}, {'OptionalText' if field.optional else 'Text'}({length_of(field)})]",
        "enum": f"{_literal(field)}{none}",
        "boolean": f"StrictBool{none}",
        "integer": f"Annotated[int{none}, Integer({integer})]",
        "timestamp": f"Timestamp{none}",
    }
    return types[field.kind] + ("" if field.required else f" = {field.default!r}")


def _output(field: Field) -> str:
    none = " | None" if field.optional else ""
    types = {"timestamp": "UtcTimestamp", "enum": _literal(field)}
    return types.get(field.kind, _PYTHON[field.kind]) + none


def _filter(field: Field) -> str:
    if field.kind == "boolean":
        return "QueryFlag | None"
    return f"{_literal(field)} | None"


def _literal(field: Field) -> str:
    return f"Literal[{', '.join(map(repr, field.choices))}]"
