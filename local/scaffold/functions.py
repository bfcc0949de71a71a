"""The five functions of a resource: one file, one endpoint, one Lambda each."""

from local.scaffold.names import Names
from local.scaffold.resource import Resource


def functions(resource: Resource) -> dict[str, str]:
    """Sources by path, formatted by ruff afterwards."""
    names = resource.names
    written = {
        "list": _list(resource),
        "create": _create(names),
        "get": _get(names),
        "update": _update(names),
        "delete": _delete(names),
    }
    return {f"functions/{names.functions[verb]}.py": source for verb, source in written.items()}


def _list(resource: Resource) -> str:
    names = resource.names
    query = f"{names.model}Query" if resource.filters else "PageQuery"
    core = "" if resource.filters else "from shared.core.resource.schemas import PageQuery\n"
    own = f", {query}" if resource.filters else ""
    return f'''"""GET /api/{names.plural}: the caller's {names.many}, newest first."""

from typing import Annotated

from fastapi import Query

from shared.core.http.app import create_app, lambda_handler
{core}from shared.{names.plural} import Callers{names.models}, {names.model}Page{own}

app = create_app()


@app.get("/api/{names.plural}")
@app.get("/api/{{user_id}}/{names.plural}")
async def list_{names.plural}(
    query: Annotated[{query}, Query()], {names.plural}: Callers{names.models}
) -> {names.model}Page:
    return {names.plural}.list(query)


handler = lambda_handler(app)
'''


def _create(names: Names) -> str:
    return f'''"""POST /api/{names.plural}: a new {names.one}; once only, when the request has an Idempotency-Key."""

from fastapi import Response

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.endpoint import IdempotencyKey
from shared.core.resource.answers import answer_created
from shared.{names.plural} import Callers{names.models}, {names.model}Body, {names.model}Envelope

app = create_app()


@app.post("/api/{names.plural}", status_code=201)
@app.post("/api/{{user_id}}/{names.plural}", status_code=201)
async def create_{names.singular}(
    {names.singular}: {names.model}Body, {names.plural}: Callers{names.models}, key: IdempotencyKey, response: Response
) -> {names.model}Envelope:
    return answer_created({names.plural}.create({names.singular}, key), response)


handler = lambda_handler(app)
'''


def _get(names: Names) -> str:
    path = f"{names.plural}/{{{names.singular}_id}}"
    return f'''"""GET /api/{path}: one {names.one} of the caller's; 304 when If-None-Match names its version."""

from uuid import UUID

from fastapi import Response

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.endpoint import IfNoneMatch
from shared.core.resource.answers import answer_unless_known
from shared.{names.plural} import Callers{names.models}, {names.model}Envelope

app = create_app()


@app.get("/api/{path}", response_model={names.model}Envelope)
@app.get("/api/{{user_id}}/{path}", response_model={names.model}Envelope)
async def get_{names.singular}(
    {names.singular}_id: UUID, {names.plural}: Callers{names.models}, known: IfNoneMatch, response: Response
) -> {names.model}Envelope | Response:
    return answer_unless_known({names.plural}.get({names.singular}_id), known, response)


handler = lambda_handler(app)
'''


def _update(names: Names) -> str:
    path = f"{names.plural}/{{{names.singular}_id}}"
    return f'''"""PUT /api/{path}: replace a {names.one}; with If-Match, only a version that the caller knows."""

from uuid import UUID

from fastapi import Response

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.endpoint import IfMatch
from shared.core.resource.answers import answer_with
from shared.{names.plural} import Callers{names.models}, {names.model}Body, {names.model}Envelope

app = create_app()


@app.put("/api/{path}")
@app.put("/api/{{user_id}}/{path}")
async def update_{names.singular}(
    {names.singular}_id: UUID,
    {names.singular}: {names.model}Body,
    {names.plural}: Callers{names.models},
    expected: IfMatch,
    response: Response,
) -> {names.model}Envelope:
    return answer_with({names.plural}.update({names.singular}_id, {names.singular}, expected), response)


handler = lambda_handler(app)
'''


def _delete(names: Names) -> str:
    path = f"{names.plural}/{{{names.singular}_id}}"
    return f'''"""DELETE /api/{path}; with If-Match, only a version that the caller knows."""

from uuid import UUID

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.endpoint import IfMatch
from shared.{names.plural} import Callers{names.models}

app = create_app()


@app.delete("/api/{path}", status_code=204)
@app.delete("/api/{{user_id}}/{path}", status_code=204)
async def delete_{names.singular}(
    {names.singular}_id: UUID, {names.plural}: Callers{names.models}, expected: IfMatch
) -> None:
    {names.plural}.delete({names.singular}_id, expected)


handler = lambda_handler(app)
'''
