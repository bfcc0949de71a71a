"""The functions of a resource: one file, one endpoint, one Lambda each."""

from dataclasses import dataclass

from local.scaffold.endpoints import Endpoint, endpoints
from local.scaffold.names import Names
from local.scaffold.resource import Resource


@dataclass(frozen=True, slots=True)
class _Handler:
    """`summary` goes on after the route; `takes` are its parameters, `gives` is its type, `call` what it returns."""

    summary: str
    takes: str
    gives: str
    call: str
    limits: str = ""
    options: str = ""


def functions(resource: Resource) -> dict[str, str]:
    """Sources by path, formatted by ruff afterwards, which also takes away what is imported and not used."""
    handlers = {**_of_items(resource.names), **_of_many(resource)}
    return {
        f"functions/{endpoint.module}.py": _source(resource.names, endpoint, handlers[endpoint.verb])
        for endpoint in endpoints(resource)
    }


def _source(names: Names, endpoint: Endpoint, handler: _Handler) -> str:
    routes = "".join(
        f'@app.{endpoint.method.lower()}("{family}{endpoint.path}"{handler.options})\n'
        for family in ("/api", "/api/{user_id}")
    )
    return f'''"""{endpoint.method} /api{endpoint.path}{handler.summary}"""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.bodies import MERGE_PATCH
from shared.core.http.endpoint import IdempotencyKey, IfMatch, IfNoneMatch
from shared.core.resource.answers import answer_created, answer_unless_known, answer_with
from shared.core.resource.batch import BATCH_LIMITS
from shared.core.resource.changes import ChangesQuery
from shared.core.resource.schemas import PageQuery
from shared.{names.plural} import {", ".join(_models(names))}

app = create_app({handler.limits})


{routes}async def {endpoint.module}({handler.takes}) -> {handler.gives}:
    {handler.call}


handler = lambda_handler(app)
'''


def _models(names: Names) -> list[str]:
    """What the functions may take from the resource's own module."""
    kinds = ("Batch", "BatchAnswer", "Body", "Changes", "Create", "Envelope", "Filters", "Page", "Patch", "Query")
    return [f"Callers{names.models}", "CountEnvelope", *(f"{names.model}{kind}" for kind in kinds)]


def _of_items(names: Names) -> dict[str, _Handler]:
    one, many, model, store = names.singular, names.plural, names.model, f"{names.plural}: Callers{names.models}"
    item, envelope = f"{one}_id: UUID, {store}", f"{model}Envelope"
    knows = "with If-Match, only a version that the caller knows."
    return {
        "create": _Handler(
            f": a new {names.one} of the caller's; once only, when the request has an Idempotency-Key.",
            f"{one}: {model}Create, {store}, key: IdempotencyKey, response: Response",
            envelope,
            f"return answer_created({many}.create({one}, key), response)",
            options=", status_code=201",
        ),
        "get": _Handler(
            f": one {names.one} of the caller's; 304 when If-None-Match names its version.",
            f"{item}, known: IfNoneMatch, response: Response",
            f"{envelope} | Response",
            f"return answer_unless_known({many}.get({one}_id), known, response)",
            options=f", response_model={envelope}",
        ),
        "update": _Handler(
            f": replace a {names.one}; {knows}",
            f"{one}_id: UUID, {one}: {model}Body, {store}, expected: IfMatch, response: Response",
            envelope,
            f"return answer_with({many}.update({one}_id, {one}, expected), response)",
        ),
        "patch": _Handler(
            f": set what is sent (RFC 7396); {knows}",
            f"{one}_id: UUID, patch: {model}Patch, {store}, expected: IfMatch, response: Response",
            envelope,
            f"return answer_with({many}.patch({one}_id, patch, expected), response)",
            limits="limits=MERGE_PATCH",
        ),
        "delete": _Handler(
            f"; {knows}",
            f"{item}, expected: IfMatch",
            "None",
            f"{many}.delete({one}_id, expected)",
            options=", status_code=204",
        ),
        "restore": _Handler(
            f": bring back a deleted {names.one}, as it was.",
            f"{item}, response: Response",
            envelope,
            f"return answer_with({many}.restore({one}_id), response)",
        ),
    }


def _of_many(resource: Resource) -> dict[str, _Handler]:
    names = resource.names
    many, model, store = names.plural, names.model, f"{names.plural}: Callers{names.models}"
    filters = "".join(f"?{field.name}={field.in_query(1)}" for field in resource.filters[:1])
    return {
        "list": _Handler(
            f": the caller's {names.many}, newest first.",
            f"query: Annotated[{resource.query}, Query()], {store}",
            f"{model}Page",
            f"return {many}.list(query)",
        ),
        "changes": _Handler(
            ": what has changed since a cursor, deletions too, in the order in which it was changed.",
            f"query: Annotated[ChangesQuery, Query()], {store}",
            f"{model}Changes",
            f"return {many}.changes(query)",
        ),
        "batch": _Handler(
            ": a client's operations, many in one request, once only however often it is sent.",
            f"batch: {model}Batch, {store}",
            f"{model}BatchAnswer",
            f"return {many}.batch(batch)",
            limits="limits=BATCH_LIMITS",
        ),
        "delete_many": _Handler(
            f"{filters}: all {names.many} that fit; without a filter, none.",
            f"filters: Annotated[{model}Filters, Query()], {store}",
            "CountEnvelope",
            f"return CountEnvelope(data={many}.delete_many(filters))",
        ),
    }
