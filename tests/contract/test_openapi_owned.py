"""A second resource, in memory: the document has all of it, from its store, its schemas and its routes alone."""

import importlib
import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from starlette.routing import BaseRoute

from local import ROOT
from local.__main__ import main
from local.openapi import OpenApiError
from local.openapi.document import build, describe, operation_id
from local.openapi.operations import operations_of
from local.openapi.parameters import OF_PAGES
from local.openapi.resource import resources_of
from local.resources import stores
from local.template import Function, Route, Template, read_template
from shared.core import SERVICE
from shared.core.http.app import create_app
from shared.core.http.endpoint import IfNoneMatch
from shared.core.resource.fields import Timestamp
from shared.core.resource.schemas import (
    Body,
    Public,
)
from shared.core.resource.store import OwnedStore
from tests.contract.document import (
    check_examples,
    check_references,
    load_document,
    nodes,
    operations,
    resolved,
    validator_of,
)
from tests.contract.leaflets import (
    ENDPOINTS,
    CallersLeaflets,
    LeafletEnvelope,
    LeafletPublic,
    LeafletQuery,
    LeafletStore,
    list_leaflets,
)

DOCUMENT = load_document()
# The API's own name, whatever it keeps.
PRODUCT = f'realm="{SERVICE.partition("-")[0]}"'


def described(*endpoints: tuple[str, str, Any, dict[str, Any]], of: Any = (LeafletStore,)) -> dict[str, Any]:
    """The document of an API that has these alone."""
    routes, app = [], create_app()
    for method, end, endpoint, options in endpoints:
        for path in (f"/api/{end}", f"/api/{{user_id}}/{end}"):
            app.add_api_route(path, endpoint, methods=[method], **options)
            routes.append(Route(method, path, function_of(endpoint)))
    return plain(describe(Template(tuple(routes), read_template(ROOT / "template.yaml").cors), list(app.routes), of))


def function_of(endpoint: Any) -> Function:
    return Function(endpoint.__name__, f"functions.{endpoint.__name__}.handler", 10, 1024)


def routes_of(template: Template) -> list[BaseRoute]:
    modules = {route.function.handler.rpartition(".")[0] for route in template.routes}
    return [route for name in sorted(modules) for route in importlib.import_module(name).app.routes]


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """As a file has it."""
    read: dict[str, Any] = json.loads(json.dumps(document))
    return read


@pytest.fixture(scope="module")
def leaflets() -> dict[str, Any]:
    return described(*ENDPOINTS)


def everything_of(document: dict[str, Any], node: Any) -> Any:
    """With what it refers to, however far."""
    if isinstance(found := resolved(document, node), dict):
        return {key: everything_of(document, value) for key, value in found.items()}
    return [everything_of(document, value) for value in found] if isinstance(found, list) else found


def by_id(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {operation["operationId"]: operation for _, _, operation in operations(document)}


def test_each_operation_takes_and_answers_what_that_of_a_task_does(leaflets: dict[str, Any]) -> None:
    ours, theirs = by_id(leaflets), by_id(DOCUMENT)
    described_of_each = operations_of(resources_of([LeafletStore])).keys() - operations_of({}).keys()
    assert {endpoint.__name__ for _, _, endpoint, _ in ENDPOINTS} == described_of_each
    assert set(ours) == {operation_id(name, by_user=by_user) for name in described_of_each for by_user in (False, True)}
    for name, operation in ours.items():
        model = theirs[name.replace("Leaflet", "Task")]
        assert operation["responses"].keys() == model["responses"].keys()
        assert operation.keys() == model.keys()
        for status, response in operation["responses"].items():
            said, expected = resolved(leaflets, response), resolved(DOCUMENT, model["responses"][status])
            assert said["headers"].keys() == expected["headers"].keys()


def test_nothing_says_task_of_it(leaflets: dict[str, Any]) -> None:
    for name, operation in by_id(leaflets).items():
        said = json.dumps(everything_of(leaflets, operation)).replace(json.dumps(PRODUCT)[1:-1], "")
        assert "task" not in said.lower(), name
    assert leaflets["tags"][0] == {"name": "leaflets", "description": "The caller's leaflets."}


def test_its_examples_and_references_are_as_they_should_be(leaflets: dict[str, Any]) -> None:
    check_examples(leaflets)
    check_references(leaflets)


def parameters_of(document: dict[str, Any], operation: str) -> dict[str, dict[str, Any]]:
    found = [resolved(document, one) for one in by_id(document)[operation]["parameters"]]
    return {one["name"]: one for one in found}


def test_its_parameters_are_those_of_its_query_and_its_id(leaflets: dict[str, Any]) -> None:
    listed = {name: one for name, one in parameters_of(leaflets, "listLeaflets").items() if name not in OF_PAGES}
    orders = [sign + name for name in ("created", "updated", "summary") for sign in ("-", "")]
    filters = {"pinned": {"type": "boolean"}, "colour": {"type": "string", "enum": ["red", "dark green"]}}
    assert {name: one["schema"] for name, one in listed.items()} == {
        "sort": {"type": "string", "enum": orders, "default": "-created"},
        **filters,
    }
    assert listed["pinned"]["description"] == "Only leaflets whose `pinned` is this."
    deleted = parameters_of(leaflets, "deleteLeaflets")
    assert {name: (one["schema"], one["required"]) for name, one in deleted.items()} == {
        name: (schema, False) for name, schema in filters.items()
    }
    assert leaflets["components"]["parameters"]["LeafletId"]["schema"] == {"type": "string", "format": "uuid"}


def test_its_link_leads_to_what_takes_its_id(leaflets: dict[str, Any]) -> None:
    links = by_id(leaflets)["createLeafletByUser"]["responses"]["201"]["links"]
    taken = {"leaflet_id": "$response.body#/data/id", "user_id": "$request.path.user_id"}
    names = [f"{verb}LeafletByUser" for verb in ("get", "update", "delete", "patch", "restore")]
    assert links == {name: {"operationId": name, "parameters": taken} for name in names}


def test_what_is_left_out_is_said(leaflets: dict[str, Any]) -> None:
    assert by_id(leaflets)["updateLeaflet"]["description"] == (
        "`summary`, `rank` and `due_at` left out are cleared; `pinned`, `priority` and `colour` left out are as "
        "in a new leaflet; `archived` left out stays as it is."
    )


def without(schema: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in keys}


def test_its_body_says_what_each_field_takes(leaflets: dict[str, Any]) -> None:
    body, task = leaflets["components"]["schemas"]["LeafletBody"], DOCUMENT["components"]["schemas"]["TaskCreate"]
    fields = {name: without(field, "examples") for name, field in body["properties"].items()}
    text, optional = (without(task["properties"][name], "examples") for name in ("title", "description"))
    whole = {"description": "Written without a fraction: 1, not 1.0."}
    (time, null) = fields.pop("due_at")["anyOf"]

    assert (body["required"], body["additionalProperties"]) == (["text"], False)
    assert fields.pop("text") == {**text, "maxLength": 10_000}
    assert fields.pop("summary") == {**optional, "anyOf": [{**optional["anyOf"][0], "maxLength": 7}, null]}
    assert (time["type"], time["format"], null) == ("string", "date-time", {"type": "null"})
    assert fields == {
        "pinned": {"type": "boolean", "default": False},
        "archived": {"type": "boolean", "description": "Left out: unchanged."},
        "priority": {"type": "integer", "default": 3, "minimum": 1, "maximum": 5, **whole},
        "rank": {"anyOf": [{"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}, null], **whole},
        "colour": {"type": "string", "enum": ["red", "dark green"], "default": "red"},
    }


def test_an_answer_keeps_the_limits_of_what_was_sent(leaflets: dict[str, Any]) -> None:
    answer, null = leaflets["components"]["schemas"]["LeafletPublic"], {"type": "null"}
    assert set(answer["required"]) == set(answer["properties"])
    own = {name: field for name, field in answer["properties"].items() if name not in Public.model_fields}
    assert own == {
        "text": {"type": "string", "minLength": 1, "maxLength": 10_000},
        "summary": {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 7}, null]},
        "pinned": {"type": "boolean"},
        "archived": {"type": "boolean"},
        "priority": {"type": "integer", "minimum": 1, "maximum": 5},
        "rank": {"anyOf": [{"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}, null]},
        "colour": {"type": "string", "enum": ["red", "dark green"]},
        "due_at": {"anyOf": [{"type": "string", "format": "date-time", "pattern": "Z$"}, null]},
    }


def test_its_refusals_are_in_its_words(leaflets: dict[str, Any]) -> None:
    refusals = leaflets["components"]["responses"]
    assert {"BadLeafletId", "BadNewLeaflet", "BadLeaflet", "StaleLeaflet"} <= set(refusals)
    details = {
        example["error"]["message"] if not example["error"]["details"] else example["error"]["details"][0]["field"]
        for name in ("BadNewLeaflet", "StaleLeaflet", "BadLeaflet")
        for node in nodes(refusals[name])
        if isinstance(example := node.get("value"), dict)
    }
    assert details == {
        "text",
        "id",
        "leaflet_id",
        "limt",
        "Idempotency-Key",
        "The leaflet was changed since the version named in If-Match.",
    }


def test_beside_it_what_is_said_of_tasks_stays_the_same(leaflets: dict[str, Any]) -> None:
    template, alone = read_template(ROOT / "template.yaml"), build(read_template(ROOT / "template.yaml"))
    app = create_app()
    for method, end, endpoint, options in ENDPOINTS:
        app.add_api_route(f"/api/{end}", endpoint, methods=[method], **options)
    added = tuple(Route(method, f"/api/{end}", function_of(endpoint)) for method, end, endpoint, _ in ENDPOINTS)
    both = plain(
        describe(
            Template((*template.routes, *added), template.cors),
            [*routes_of(template), *app.routes],
            (LeafletStore, *stores()),
        )
    )

    ours, theirs = by_id(plain(alone)), by_id(both)
    for name in ours.keys() - {"deleteMe"}:
        assert everything_of(both, theirs[name]) == everything_of(plain(alone), ours[name])
    assert "leaflets" in theirs["deleteMe"]["description"]
    check_examples(both)
    check_references(both)


@pytest.mark.parametrize("field", ["due_at"])
def test_the_pattern_of_a_time_is_what_the_code_accepts(leaflets: dict[str, Any], field: str) -> None:
    (schema, _) = leaflets["components"]["schemas"]["LeafletBody"]["properties"][field]["anyOf"]
    validator, adapter = validator_of(leaflets, schema), TypeAdapter[Any](Timestamp)
    near = st.datetimes().map(lambda time: f"{time.isoformat()}Z") | st.sampled_from(
        ("0001-01-01T00:00:00Z", "0000-05-05T00:00:00Z", "9999-12-31T23:59:59-01:00", "2026-02-30T00:00:00Z",
         "2026-05-01T23:59:60Z", "2026-05-01T09:00:00", "2026-05-01t09:00:00.123456789z", "2026-05-01T09:00:00+24:00")
    )  # fmt: skip

    @settings(derandomize=True, database=None, deadline=None)
    @given(st.from_regex(schema["pattern"], fullmatch=True) | near)
    def compare(value: str) -> None:
        if validator.is_valid(value):
            adapter.validate_python(value)  # raises where the schema promises too much
        elif not value.startswith(("0001-01-01", "9999-12-31")):  # where it promises less than it could
            with pytest.raises(ValidationError):
                adapter.validate_python(value)

    compare()


class LooseBody(Body):
    text: str


class BoundlessBody(Body):
    number: int


class EntryStore(LeafletStore):
    """Of two words, and with an article of its own."""

    name, singular = "item_lists", "item_list"


def test_a_name_of_two_words_is_words_in_sentences_and_one_in_components() -> None:
    async def get_item_list(item_list_id: UUID, lists: CallersLeaflets, known: IfNoneMatch) -> LeafletEnvelope:
        raise NotImplementedError

    document = described(("GET", "item_lists/{item_list_id}", get_item_list, {}), of=(EntryStore,))
    assert by_id(document)["getItemList"]["summary"] == "Get an item list"
    assert "ItemListId" in document["components"]["parameters"]


async def archive_leaflet(leaflet_id: UUID, leaflets: CallersLeaflets) -> LeafletEnvelope:

    raise NotImplementedError


async def get_leaflet_by_colour(leaflet_id: UUID, colour: str) -> LeafletEnvelope:

    raise NotImplementedError


get_leaflet_by_colour.__name__ = "get_leaflet"


async def loose(body: LooseBody) -> LeafletEnvelope:

    raise NotImplementedError


async def boundless(body: BoundlessBody) -> LeafletEnvelope:

    raise NotImplementedError


loose.__name__ = boundless.__name__ = "create_leaflet"


@pytest.mark.parametrize(
    ("endpoint", "says"),
    [
        (
            ("PATCH", "leaflets/{leaflet_id}/archive", archive_leaflet, {}),
            "functions/archive_leaflet.py serves PATCH /api/leaflets/{leaflet_id}/archive, of which nothing is said: ",
        ),
        (
            ("GET", "leaflets/{leaflet_id}", get_leaflet_by_colour, {}),
            "takes `colour`, of which nothing is said: add it",
        ),
        (("POST", "leaflets", loose, {"status_code": 201}), r"LooseBody.text takes any text: give it Text()"),
        (
            ("POST", "leaflets", boundless, {"status_code": 201}),
            "BoundlessBody.number has no bounds: give it Integer()",
        ),
    ],
)
def test_what_nobody_describes_is_named(endpoint: Any, says: str) -> None:
    with pytest.raises(OpenApiError) as caught:
        described(endpoint)
    assert says in str(caught.value)


def test_a_route_that_its_function_does_not_serve_is_named() -> None:
    template = Template(
        (Route("GET", "/api/leaflets", function_of(list_leaflets)),), read_template(ROOT / "template.yaml").cors
    )
    with pytest.raises(OpenApiError, match=r"has GET /api/leaflets, which functions/list_leaflets\.py does not serve"):
        describe(template, [], (LeafletStore,))


def test_a_store_without_models_is_named() -> None:
    class Nameless(OwnedStore):  # type: ignore[type-arg]
        name, singular, public, statements = "nameless", "nameless", LeafletPublic, LeafletStore.statements
        query = LeafletQuery

    with pytest.raises(OpenApiError, match="Nameless names no models"):
        described(*ENDPOINTS, of=(Nameless,))


def test_the_command_says_it_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("local.openapi.document.operations_of", lambda _: {})

    assert main(["openapi", "--check"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: functions/")
    assert error.count("\n") == 1
