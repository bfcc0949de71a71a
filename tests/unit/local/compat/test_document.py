"""The real document, changed in every place of a kind: each change that breaks is named, and no other."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from local.compat.document import Document
from local.compat.operations import Comparison
from tests.contract.document import load_document, resolved

DOCUMENT = load_document()
OLD = Document(load_document())


class Route(NamedTuple):
    path: str
    method: str

    @property
    def operation(self) -> dict[str, Any]:
        operation: dict[str, Any] = DOCUMENT["paths"][self.path][self.method]
        return operation

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


ROUTES = [Route(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]


def breaking(route: Route | None = None) -> list[str]:
    """As far as this route is concerned, which takes a thirtieth of the time."""
    old = OLD if route is None else Document({**OLD.content, "paths": {route.path: only(OLD.content, route)}})
    return [str(change) for change in Comparison(old, Document(DOCUMENT)).breaking()]


def only(document: Mapping[str, Any], route: Route) -> dict[str, Any]:
    return {route.method: document["paths"][route.path][route.method]}


@contextmanager
def changed(node: dict[str, Any], **values: Any) -> Iterator[None]:
    """With these members, and without those of None; afterwards as it was."""
    before = dict(node)
    node.update(values)
    for name in [name for name, value in values.items() if value is None]:
        node.pop(name)
    try:
        yield
    finally:
        node.clear()
        node.update(before)


def within(schema: Any, seen: list[int]) -> Iterator[dict[str, Any]]:
    """The schema and those in it, each once."""
    schema = resolved(DOCUMENT, schema)
    if id(schema) in seen:
        return
    seen.append(id(schema))
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    for one in (*inner, *([schema["items"]] if "items" in schema else [])):
        yield from within(one, seen)


class Place(NamedTuple):
    """A schema, and a route that has it."""

    route: Route
    schema: dict[str, Any]


def places_of(bodies: Iterator[tuple[Route, Any]]) -> list[Place]:
    seen: list[int] = []
    media = [(route, one) for route, body in bodies for one in resolved(DOCUMENT, body).get("content", {}).values()]
    return [Place(route, schema) for route, one in media for schema in within(one["schema"], seen)]


def responses() -> Iterator[tuple[Route, str, Any]]:
    for route in ROUTES:
        for status, response in route.operation["responses"].items():
            yield route, status, response


ANSWERED = places_of((route, response) for route, _, response in responses())
SENT = places_of((route, route.operation["requestBody"]) for route in ROUTES if "requestBody" in route.operation)
ONLY_SENT = [place for place in SENT if not any(place.schema is one.schema for one in ANSWERED)]
ONLY_ANSWERED = [place for place in ANSWERED if not any(place.schema is one.schema for one in SENT)]


def properties(places: list[Place]) -> Iterator[tuple[Place, str]]:
    for place in places:
        for name in list(place.schema.get("properties", {})):
            yield place, name


def test_it_breaks_nothing_as_it_is() -> None:
    assert breaking() == []
    assert len(ROUTES) > 20
    assert len(ONLY_SENT) > 10
    assert len(ONLY_ANSWERED) > 50


def test_every_property_that_is_removed_is_named() -> None:
    """Answered or sent."""
    for (route, schema), name in properties([*ANSWERED, *ONLY_SENT]):
        with changed(schema, properties={key: value for key, value in schema["properties"].items() if key != name}):
            assert any(line.endswith(f".{name}: removed") for line in breaking(route)), name


def test_every_property_that_need_not_be_answered_any_more_is_named() -> None:
    for (route, schema), name in properties(ANSWERED):
        if name in schema["required"]:
            with changed(schema, required=[one for one in schema["required"] if one != name]):
                assert any(line.endswith(f".{name}: no longer required") for line in breaking(route)), name


def test_every_property_that_has_to_be_sent_is_named() -> None:
    for (route, schema), name in properties(ONLY_SENT):
        if name not in schema.get("required", ()):
            with changed(schema, required=[*schema.get("required", ()), name]):
                assert any(line.endswith(f".{name}: now required") for line in breaking(route)), name


def test_every_type_that_is_another_is_named() -> None:
    for route, schema in [*ANSWERED, *ONLY_SENT]:
        if schema.get("type") not in (None, "null"):
            with changed(schema, type="boolean" if schema["type"] != "boolean" else "string"):
                # Of a branch that the type was to tell from others the constant is named that does.
                assert any("type was" in line or "no longer" in line for line in breaking(route)), schema


def test_every_bound_that_is_narrower_is_named() -> None:
    narrower: dict[str, Callable[[Any], Any]] = {
        **dict.fromkeys(("minimum", "minLength", "minItems"), lambda value: value + 1),
        **dict.fromkeys(("maximum", "maxLength", "maxItems"), lambda value: value - 1),
        "pattern": lambda value: f"{value}.",
        "format": lambda value: f"{value}-2",
    }
    given = (
        (route, resolved(DOCUMENT, one)["schema"]) for route in ROUTES for one in route.operation.get("parameters", ())
    )
    places = [*ONLY_SENT, *(Place(route, schema) for route, schema in given)]
    found = [(place, key) for place in places for key in narrower if key in place.schema]
    assert {key for _, key in found} == narrower.keys()
    for (route, schema), key in found:
        with changed(schema, **{key: narrower[key](schema[key])}):
            assert any(f": {key} was" in line for line in breaking(route)), (key, schema)


def test_what_only_widens_does_no_harm() -> None:
    """Of a request a property that may be sent, and one that need not be; of an answer one more."""
    for (route, schema), _ in properties([*ONLY_SENT, *ONLY_ANSWERED]):
        with changed(schema, properties={**schema["properties"], "one_more": {"type": "string"}}):
            assert breaking(route) == []
    for route, schema in ONLY_SENT:
        loosened = {key: None for key in ("maxLength", "minLength", "pattern", "required", "maximum") if key in schema}
        with changed(schema, **loosened):
            assert breaking(route) == []


def test_every_value_that_an_answer_may_newly_have_is_named() -> None:
    found = [place for place in ONLY_ANSWERED if "enum" in place.schema]
    assert found
    for route, schema in found:
        with changed(schema, enum=[*schema["enum"], "something-new"]):
            assert any(line.endswith("now also 'something-new'") for line in breaking(route))


def test_every_code_of_an_error_that_is_gone_is_named_and_one_more_is_not() -> None:
    found = [(place, code) for place in ANSWERED if isinstance(code := code_of(place.schema), dict)]
    consts = [(place, code) for place, code in found if "const" in code]
    assert len(consts) > 15
    for (route, _), code in consts:
        was = code["const"]
        with changed(code, const="GONE"):
            assert any(line.endswith(f".error.code: no longer {was!r}") for line in breaking(route)), was
        with changed(code, const=None):
            assert any(line.endswith(f".error.code: no longer {was!r}") for line in breaking(route)), was
        with changed(code, const=None, enum=[was, "MORE"]):
            assert breaking(route) == []


def code_of(schema: dict[str, Any]) -> Any:
    return schema.get("properties", {}).get("error", {}).get("properties", {}).get("code")


def examples_with(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if isinstance(node.get("code"), str) and "message" in node:
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from examples_with(inner)


def test_every_code_that_only_examples_have_is_named_when_none_has_it_any_more() -> None:
    details = [one for one in examples_with(DOCUMENT) if "field" in one]
    codes = {one["code"] for one in details}
    assert len(codes) > 5
    for code in codes:
        having = [one for one in details if one["code"] == code]
        for one in having:
            one["code"] = "renamed"
        assert any(f": no example has {code!r} any more" in line for line in breaking()), code
        having[0]["code"] = code
        assert breaking() == []
        for one in having:
            one["code"] = code


def test_every_route_and_every_answer_that_is_removed_is_named() -> None:
    for route in ROUTES:
        with changed(DOCUMENT["paths"][route.path], **{route.method: None}):
            assert breaking(route) == [f"{route}: removed"]
    for route, status, _ in list(responses()):
        with changed(route.operation["responses"], **{status: None}):
            assert breaking(route) == [f"{route} {status}: removed"]


def test_every_header_that_is_removed_or_may_be_missing_is_named() -> None:
    for route, status, response in responses():
        headers = resolved(DOCUMENT, response)["headers"]
        expected = {f"{route} {status} {name}: removed" for name in headers}
        with changed(headers, **dict.fromkeys(headers)):
            assert expected == {line for line in breaking(route) if line.startswith(f"{route} {status} ")}
    headers = [header for header in DOCUMENT["components"]["headers"].values() if header.get("required")]
    for header in headers:
        header["required"] = False
    try:
        assert len({line.split()[-4] for line in breaking() if line.endswith(": no longer required")}) == len(headers)
    finally:
        for header in headers:
            header["required"] = True


def test_every_parameter_that_is_removed_or_required_is_named() -> None:
    for route in ROUTES:
        operation = route.operation
        for parameter in operation.get("parameters", ()):
            described = resolved(DOCUMENT, parameter)
            place = f"{route} {described['in']} {described['name']}"
            with changed(
                operation, parameters=[one for one in operation.get("parameters", ()) if one is not parameter]
            ):
                assert breaking(route) == [f"{place}: removed"]
            if not described.get("required"):
                with changed(described, required=True):
                    assert f"{place}: now required" in breaking(route)
        added = {"name": "more", "in": "query", "schema": {"type": "string"}}
        with changed(operation, parameters=[*operation.get("parameters", ()), added]):
            assert breaking(route) == []
            with changed(added, required=True):
                assert breaking(route) == [f"{route} query more: now required"]


def test_a_route_more_and_a_refusal_more_do_no_harm_and_a_success_more_does() -> None:
    route = ROUTES[0]
    answer = route.operation["responses"]["200"]
    with changed(DOCUMENT["paths"], **{"/api/more": {"get": route.operation}}):
        assert breaking() == []
    with changed(route.operation["responses"], **{"418": answer}):
        assert breaking(route) == []
    with changed(route.operation["responses"], **{"202": answer}):
        assert breaking(route) == [f"{route} 202: a success that no client knows"]


def test_bodies_security_and_names_of_operations_are_compared() -> None:
    route = next(route for route in ROUTES if "requestBody" in route.operation)
    operation, name = route.operation, route.operation["operationId"]
    (media,) = operation["requestBody"]["content"].values()
    with changed(operation, operationId="another"):
        assert breaking(route) == [f"{route}: operationId was {name}, is another"]
    with changed(operation, requestBody=None):
        assert breaking(route) == [f"{route} body: removed"]
    with changed(operation["requestBody"], content={"text/plain": media}):
        assert breaking(route) == [f"{route} body: no longer as application/json"]
    with changed(operation, security=[{"other": []}]):
        assert breaking(route) == [f"{route}: no longer with the security {{'bearer': []}}"]
    with changed(operation, security=[]):
        assert breaking(route) == []


def test_a_token_that_is_sent_otherwise_is_named() -> None:
    (scheme,) = DOCUMENT["components"]["securitySchemes"].values()
    secured = [route for route in ROUTES if route.operation.get("security") != []]
    for values in ({"type": "apiKey", "in": "header", "name": "X-Key"}, {"scheme": "basic"}):
        with changed(scheme, **values):
            named = [line for line in breaking() if ": the security bearer was " in line]
            assert len(named) == len(secured) > 20
    with changed(scheme, description="Another.", bearerFormat="opaque"):
        assert breaking() == []
    with changed(DOCUMENT["components"], securitySchemes={}):
        assert any(line.endswith("is None") for line in breaking())


def test_every_server_that_is_gone_is_named() -> None:
    servers, route = DOCUMENT["servers"], ROUTES[0]
    for server in servers:
        others = [one for one in servers if one is not server]
        with changed(DOCUMENT, servers=[*others, {"url": "https://another.example"}]):
            assert [line for line in breaking() if f": no longer at the server {{'url': {server['url']!r}" in line]
    with changed(DOCUMENT, servers=[*servers, {"url": "https://another.example"}]):
        assert breaking() == []
    for node in (route.operation, DOCUMENT["paths"][route.path]):
        with changed(node, servers=[{"url": "https://another.example"}]):
            assert len(breaking(route)) == len(servers)


def test_a_body_more_is_refused_where_it_has_to_be_sent() -> None:
    route = next(route for route in ROUTES if "requestBody" not in route.operation)
    body = {"content": {"application/json": {"schema": {}}}, "required": True}
    with changed(route.operation, requestBody=body):
        assert breaking(route) == [f"{route} body: now required"]
        body["required"] = False
        assert breaking(route) == []
