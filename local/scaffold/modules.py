"""The two modules of a resource in shared/: its table and its domain."""

from local.scaffold.fields import Field
from local.scaffold.resource import Resource

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
    columns = "".join(f"    {field.name}: {_annotation(field)} = {_column(field)}\n" for field in resource.fields)
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
    names, filters = resource.names, resource.filters
    query = f"{names.model}Query" if filters else "PageQuery"
    lengths = ", ".join(length_of(field) for field in _texts(resource))
    body = "".join(f"    {field.name}: {_input(field)}\n" for field in resource.fields)
    public = "".join(f"    {field.name}: {_output(field)}\n" for field in resource.fields)
    filtering = "".join(f"    {field.name}: {_filter(field)} = None\n" for field in filters)
    query_class = f"class {query}(PageQuery):\n{filtering}\n\n" if filters else ""
    also = ", query" if filters else ""
    value = f", {query}" if filters else ""
    stored = f'"{names.plural}", "{names.singular}", {names.constant}, {names.model}Public{value}'
    return f'''"""The {names.many} of one caller."""

from typing import Annotated, Literal, TypeAlias

from pydantic import StrictBool

from shared.core.http.endpoint import callers
from shared.core.resource.schemas import (
    Body, Envelope, Integer, OptionalText, Page, PageQuery, Public, QueryFlag, Text, Timestamp
)
from shared.core.resource.store import OwnedStore
from shared.tables.{names.plural} import {names.constant}{", " if lengths else ""}{lengths}


class {names.model}Body(Body):
    """A {names.one} as a whole; what an update leaves out is as it was left out of a new one."""

{body}

{query_class}class {names.model}Public(Public):
{public}

class {names.model}Store(OwnedStore[{names.model}Body, {names.model}Body, {names.model}Public]):
    name, singular, statements, public{also} = {stored}


Callers{names.models} = Annotated[{names.model}Store, callers({names.model}Store)]
{names.model}Envelope: TypeAlias = Envelope[{names.model}Public]
{names.model}Page: TypeAlias = Page[{names.model}Public]
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
    types = {"timestamp": "Timestamp", "enum": _literal(field)}
    return types.get(field.kind, _PYTHON[field.kind]) + none


def _filter(field: Field) -> str:
    if field.kind == "boolean":
        return "QueryFlag | None"
    return f"{_literal(field)} | None"


def _literal(field: Field) -> str:
    return f"Literal[{', '.join(map(repr, field.choices))}]"
