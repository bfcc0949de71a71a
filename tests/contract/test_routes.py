"""template.yaml and the code name the same routes: one that only one of them knows answers 404, or never answers."""

import importlib

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from shared.core.http.endpoint import AuthenticatedRoute
from tests.unit.template.source import ROOT, functions_of, load_template, routes_of

TEMPLATE = load_template()
ROUTES = routes_of(TEMPLATE)
# Those with an app; the others are called by a schedule.
HANDLERS = sorted({route.handler for route in ROUTES})
ALL_HANDLERS = sorted(properties["Handler"] for properties in functions_of(TEMPLATE).values())


def routes_in_code(handler: str) -> set[tuple[str, str]]:
    app = importlib.import_module(handler.rpartition(".")[0]).app
    assert isinstance(app, FastAPI)
    return {
        (method, route.path) for route in app.routes if isinstance(route, APIRoute) for method in route.methods or ()
    }


@pytest.mark.parametrize("handler", HANDLERS)
def test_template_and_function_name_the_same_routes(handler: str) -> None:
    in_template = {(route.method, route.path) for route in ROUTES if route.handler == handler}
    assert routes_in_code(handler) == in_template


def test_health_is_the_only_route_without_a_token() -> None:
    public = {
        route.path
        for handler in HANDLERS
        for route in importlib.import_module(handler.rpartition(".")[0]).app.routes
        if not isinstance(route, AuthenticatedRoute)
    }
    assert public == {"/api/health"}


def test_a_function_without_a_route_has_no_app() -> None:
    for handler in set(ALL_HANDLERS) - set(HANDLERS):
        assert not hasattr(importlib.import_module(handler.rpartition(".")[0]), "app")


@pytest.mark.parametrize("handler", ALL_HANDLERS)
def test_handler_is_callable(handler: str) -> None:
    module, _, attribute = handler.rpartition(".")
    assert callable(getattr(importlib.import_module(module), attribute))


def test_every_module_under_functions_is_deployed() -> None:
    modules = {path.stem for path in (ROOT / "functions").glob("*.py")} - {"__init__"}
    deployed = {handler.split(".")[1] for handler in ALL_HANDLERS}
    assert modules == deployed, f"in functions/ or in template.yaml, and not in both: {sorted(modules ^ deployed)}"
