"""The document itself: routes and schemas from the apps that the template deploys, completed from the tables here."""

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from local.openapi import OpenApiError, about, headers, parameters
from local.openapi.operation import Operation, Success
from local.openapi.operations import operations_of
from local.openapi.refusal import Refusal, field_error_schema
from local.openapi.resource import Resource, resources_of
from local.openapi.schemas import Schemas, models_of, with_plain_names
from local.resources import Store, stores
from local.template import Route, Template

_JSON = "application/json"


def build(template: Template) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the API that `template` deploys.

    Raises:
        OpenApiError: something of it is not described.
    """
    modules = [importlib.import_module(handler.rpartition(".")[0]) for handler in _http_handlers(template)]
    return describe(template, [route for module in modules for route in module.app.routes], stores())


def describe(template: Template, routes: list[BaseRoute], found: Iterable[Store]) -> dict[str, Any]:
    """The document of these routes, which the template deploys, on these stores."""
    return _Builder(template, routes, resources_of(found)).document()


def _http_handlers(template: Template) -> list[str]:
    return list(dict.fromkeys(route.function.handler for route in template.routes))


class _Builder:
    def __init__(self, template: Template, routes: list[BaseRoute], resources: Mapping[str, Resource]) -> None:
        self._routes = sorted(template.routes, key=_by_user)
        self._found = with_plain_names(get_openapi(title="", version="", routes=routes))
        self._operations = operations_of(resources)
        self._resources = resources
        self._schemas = Schemas(models_of(routes), resources.values())
        self._parameters: dict[str, Any] = {}
        self._refused: dict[str, Any] = {}
        self._refusals: dict[str, Refusal] = {}

    def document(self) -> dict[str, Any]:
        paths: dict[str, Any] = {}
        for route in self._routes:
            paths.setdefault(route.path, {})[route.method.lower()] = self._operation(route)
        return {
            "openapi": self._found["openapi"],
            "info": about.INFO,
            "servers": about.SERVERS,
            "security": [{"bearer": []}],
            "tags": [*(_tag(resource) for resource in self._resources.values()), *about.TAGS],
            "paths": paths,
            "components": self._components(),
        }

    def _operation(self, route: Route) -> dict[str, Any]:
        name = _function(route)
        operation, found = self._said_of(route), self._found_of(route)
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

    def _said_of(self, route: Route) -> Operation:
        if (name := _function(route)) not in self._operations:
            raise OpenApiError(
                f"functions/{name}.py serves {route.key}, of which nothing is said: name it after a store, as in "
                "list_tasks, or describe it in local/openapi/operations.py"
            )
        return self._operations[name]

    def _found_of(self, route: Route) -> Mapping[str, Any]:
        found = self._found["paths"].get(route.path, {}).get(route.method.lower())
        if found is None:
            raise OpenApiError(f"template.yaml has {route.key}, which functions/{_function(route)}.py does not serve")
        described: Mapping[str, Any] = found
        return described

    def _parameters_of(self, route: Route, operation: Operation, found: Mapping[str, Any]) -> list[dict[str, str]]:
        every = {
            **parameters.of_path(route.path),
            **parameters.of_signature(_function(route), found, operation.parameters),
            **{header["name"]: header for header in operation.headers},
        }
        for name, parameter in every.items():
            _keep(self._parameters, name, parameter)
        return [_reference("parameters", name) for name in every]

    def _responses(self, route: Route, operation: Operation, found: Mapping[str, Any]) -> dict[str, Any]:
        responses = {
            str(success.status): self._success(success, route, _content_of(success, found))
            for success in operation.successes
        }
        for refusal in operation.every_refusal(by_user=_by_user(route)):
            if str(refusal.status) in responses:
                raise ValueError(f"{route.key} has two answers of status {refusal.status}")
            _keep(self._refused, refusal.name, refusal.response())
            self._refusals[refusal.name] = refusal
            responses[str(refusal.status)] = _reference("responses", refusal.name)
        return responses

    def _success(self, success: Success, route: Route, content: Mapping[str, Any] | None) -> dict[str, Any]:
        allowance = () if self._said_of(route).public else headers.ALLOWANCE_HEADERS
        names, always = [*success.headers, *success.always, *allowance], dict.fromkeys(success.always, True)
        said = {
            "description": success.description,
            "headers": {**success.own, **headers.headers_of_answer(names, required=always)},
            "content": _content(content, success.examples, (_JSON,)) if content else None,
            "links": dict(self._links(success.item_id, route)) if success.item_id else None,
        }
        return {key: value for key, value in said.items() if value}

    def _links(self, item_id: str, route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
        """To the operations of the same family that take the id of what was answered."""
        taken = {item_id: "$response.body#/data/id"}
        if _by_user(route):
            taken["user_id"] = "$request.path.user_id"
        for other in self._routes:
            if f"{{{item_id}}}" in other.path and _by_user(other) == _by_user(route):
                name = operation_id(_function(other), by_user=_by_user(route))
                yield name, {"operationId": name, "parameters": taken}

    def _components(self) -> dict[str, Any]:
        refusals = sorted(self._refusals.values(), key=lambda refusal: (refusal.status, refusal.name))
        return {
            "securitySchemes": {"bearer": about.BEARER},
            "parameters": self._parameters,
            "headers": headers.components(),
            "responses": {refusal.name: self._refused[refusal.name] for refusal in refusals},
            "schemas": {**self._model_schemas(), **_error_schemas(refusals)},
        }

    def _model_schemas(self) -> dict[str, Any]:
        """Without FastAPI's own two, which stand for answers that are never sent."""
        found = self._found["components"]["schemas"]
        kept = sorted(found.keys() - {"HTTPValidationError", "ValidationError"})
        return {name: self._schemas.completed(name, found[name]) for name in kept}


def operation_id(function: str, *, by_user: bool) -> str:
    """`list_tasks` -> `listTasks`, `listTasksByUser`"""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), function) + ("ByUser" if by_user else "")


def _function(route: Route) -> str:
    return route.function.handler.split(".")[-2]


def _tag(resource: Resource) -> dict[str, str]:
    return {"name": resource.name, "description": f"The caller's {resource.plural_words}."}


def _keep(components: dict[str, Any], name: str, component: Any) -> None:
    if components.setdefault(name, component) != component:
        raise OpenApiError(f"two different components are named {name}: rename a resource, or one of its filters")


def _by_user(route: Route) -> bool:
    return "{user_id}" in route.path


def _error_schemas(refusals: Iterable[Refusal]) -> dict[str, Any]:
    return {"FieldError": field_error_schema()} | {
        name: schema for refusal in refusals for name, schema in refusal.schemas.items()
    }


def _request_body(operation: Operation, found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    content = _content(found["content"], operation.request, operation.media_types)
    return {"required": found.get("required", False), "content": content}


def _content_of(success: Success, found: Mapping[str, Any]) -> Mapping[str, Any] | None:
    content: Mapping[str, Any] | None = found.get(str(success.body_of or success.status), {}).get("content")
    return content


def _content(found: Mapping[str, Any], examples: Mapping[str, Any], media_types: tuple[str, ...]) -> dict[str, Any]:
    schema = {key: value for key, value in found[_JSON]["schema"].items() if key != "title"}
    described = {"schema": schema, "examples": {name: {"value": value} for name, value in examples.items()}}
    return dict.fromkeys(media_types, described)


def _reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}
