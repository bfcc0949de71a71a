"""The document itself: routes and schemas from the apps that the template deploys, completed from the tables here."""

import importlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from local.openapi import headers, parameters, schemas
from local.openapi.operations import OPERATIONS, Operation, Success
from local.openapi.refusal import Refusal, error_schema, field_error_schema, schema_name
from local.template import Route, Template
from shared.core import __version__

_INFO = {
    "title": "Tasks API",
    "version": __version__,
    "summary": "Tasks of many users, each of whom sees their own.",
    "description": """\
Each operation takes the caller's identity from the token alone. The paths that begin with `/api/{user_id}` do the same
as those without, for a `user_id` that is the token's subject.

Checks come in this order: the token; then what the request alone decides (403, 413, 415, 400, 422); then whether the
task is there (404) and has the expected version (412).

API Gateway answers by itself, with `{"message": "…"}` and none of the headers described here, what reaches no function:
404 for a path or method that is not described here, 429 where the whole API is throttled, 500 and 503 where a function
does not answer.
""",
    "license": {"name": "MIT", "identifier": "MIT"},
}
_SERVERS = [
    {"url": "http://127.0.0.1:3000", "description": "make dev"},
    {
        "url": "https://{api}.execute-api.{region}.amazonaws.com",
        "description": "As deployed; the stack's output has the whole address.",
        "variables": {"api": {"default": "abcdefghij"}, "region": {"default": "eu-central-1"}},
    },
]
_TAGS = [
    {"name": "tasks", "description": "The caller's tasks."},
    {"name": "account", "description": "What is kept of the caller."},
    {"name": "health", "description": "Whether the API runs."},
]
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token of the configured issuer; its `sub` is the caller.",
}
_JSON = "application/json"


def build(template: Template) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the API that `template` deploys."""
    apps = [importlib.import_module(handler.rpartition(".")[0]) for handler in _http_handlers(template)]
    return _Builder(template, [route for module in apps for route in module.app.routes]).document()


def _http_handlers(template: Template) -> list[str]:
    return list(dict.fromkeys(route.function.handler for route in template.routes))


class _Builder:
    def __init__(self, template: Template, routes: list[BaseRoute]) -> None:
        self._routes = sorted(template.routes, key=_by_user)
        self._found = _with_plain_names(get_openapi(title="", version="", routes=routes))
        self._parameters = parameters.components()
        self._refusals: dict[str, Refusal] = {}

    def document(self) -> dict[str, Any]:
        paths: dict[str, Any] = {}
        for route in self._routes:
            paths.setdefault(route.path, {})[route.method.lower()] = self._operation(route)
        return {
            "openapi": self._found["openapi"],
            "info": _INFO,
            "servers": _SERVERS,
            "security": [{"bearer": []}],
            "tags": _TAGS,
            "paths": paths,
            "components": self._components(),
        }

    def _operation(self, route: Route) -> dict[str, Any]:
        name = route.function.handler.split(".")[-2]
        operation, found = OPERATIONS[name], self._found["paths"][route.path][route.method.lower()]
        said = {
            "operationId": operation_id(name, by_user=_by_user(route)),
            "tags": [operation.tag],
            "summary": operation.summary + (" of the user in the path" if _by_user(route) else ""),
            "description": operation.description,
            **({"security": []} if operation.public else {}),
            "parameters": self._parameters_of(route, operation, found),
            "requestBody": _request_body(operation, found.get("requestBody")),
            "responses": self._responses(route, operation, found["responses"]),
        }
        return {key: value for key, value in said.items() if value or key == "security"}

    def _parameters_of(self, route: Route, operation: Operation, found: Mapping[str, Any]) -> list[dict[str, str]]:
        known = [parameters.completed(parameter) for parameter in found.get("parameters", ())]
        every = [*parameters.of_path(route.path), *known, *operation.headers]
        self._parameters |= {parameters.component_name(parameter): parameter for parameter in every}
        return [_reference("parameters", parameters.component_name(parameter)) for parameter in every]

    def _responses(self, route: Route, operation: Operation, found: Mapping[str, Any]) -> dict[str, Any]:
        quota = () if operation.public else headers.QUOTA_HEADERS
        responses = {
            str(success.status): _response(success, route, quota, found.get(str(success.status), {}).get("content"))
            for success in operation.successes
        }
        for refusal in operation.every_refusal(by_user=_by_user(route)):
            if str(refusal.status) in responses:
                raise ValueError(f"{route.key} has two answers of status {refusal.status}")
            self._refusals[refusal.name] = refusal
            responses[str(refusal.status)] = _reference("responses", refusal.name)
        return responses

    def _components(self) -> dict[str, Any]:
        refusals = sorted(self._refusals.values(), key=lambda refusal: (refusal.status, refusal.name))
        return {
            "securitySchemes": {"bearer": _BEARER},
            "parameters": self._parameters,
            "headers": headers.components(),
            "responses": {refusal.name: refusal.response() for refusal in refusals},
            "schemas": {**self._model_schemas(), **_error_schemas(refusals)},
        }

    def _model_schemas(self) -> dict[str, Any]:
        """Without FastAPI's own two, which stand for answers that are never sent."""
        found = self._found["components"]["schemas"]
        kept = sorted(found.keys() - {"HTTPValidationError", "ValidationError"})
        return {name: schemas.completed(name, found[name]) for name in kept}


def _with_plain_names(document: dict[str, Any]) -> dict[str, Any]:
    """`Envelope[TaskPublic]` is `Envelope_TaskPublic_` to pydantic, and `TaskEnvelope` to people."""
    named = re.sub(r"\b(Envelope|Page)_(\w+?)(?:Public)?_(?=\")", r"\2\1", json.dumps(document))
    renamed: dict[str, Any] = json.loads(named)
    return renamed


def operation_id(function: str, *, by_user: bool) -> str:
    """`list_tasks` -> `listTasks`, `listTasksByUser`"""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), function) + ("ByUser" if by_user else "")


def _by_user(route: Route) -> bool:
    return "{user_id}" in route.path


def _error_schemas(refusals: Iterable[Refusal]) -> dict[str, Any]:
    codes = dict.fromkeys(code for refusal in refusals for code in refusal.codes)
    return {"FieldError": field_error_schema(), **{schema_name(code): error_schema(code) for code in codes}}


def _response(
    success: Success, route: Route, quota: Iterable[str], content: Mapping[str, Any] | None
) -> dict[str, Any]:
    said = {
        "description": success.description,
        "headers": headers.headers_of_answer([*success.headers, *quota]),
        "content": _content(content, success.examples) if content else None,
        "links": dict(_link(function, by_user=_by_user(route)) for function in success.links),
    }
    return {key: value for key, value in said.items() if value}


def _link(function: str, *, by_user: bool) -> tuple[str, dict[str, Any]]:
    """To an operation of the same family on the task that was answered."""
    taken = {"task_id": "$response.body#/data/id"}
    if by_user:
        taken["user_id"] = "$request.path.user_id"
    name = operation_id(function, by_user=by_user)
    return name, {"operationId": name, "parameters": taken}


def _request_body(operation: Operation, found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"required": found.get("required", False), "content": _content(found["content"], operation.request)}


def _content(found: Mapping[str, Any], examples: Mapping[str, Any]) -> dict[str, Any]:
    schema = {key: value for key, value in found[_JSON]["schema"].items() if key != "title"}
    return {_JSON: {"schema": schema, "examples": {name: {"value": value} for name, value in examples.items()}}}


def _reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}
