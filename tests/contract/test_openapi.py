"""docs/openapi.yaml says what the code does: it is new, valid, whole, and says nothing twice in different ways."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.definitions import OPENAPI_31

from local import ROOT
from local.openapi import refusals
from local.openapi.file import PATH, rendered, run
from local.openapi.operations import OPERATIONS
from local.openapi.refusal import Refusal
from local.template import read_template
from shared.core import errors
from shared.core.errors import ApiError, BadRequest
from shared.core.http.cursor import decode_cursor
from shared.core.http.etag import read_tags
from shared.core.http.idempotency import read_key
from tests.contract.recording import load_document, resolved, validator_of
from tests.unit.core.test_errors import every_error

DOCUMENT = load_document()
COMPONENTS = DOCUMENT["components"]
OPERATION_IDS = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()]
ERRORS = [error for error in every_error() if error is not errors.MethodNotAllowed]
REFUSALS = [value for value in vars(refusals).values() if isinstance(value, Refusal)]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def media() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each body that is described, by where."""
    for _, _, operation in operations():
        for status, response in operation["responses"].items():
            for described in resolved(DOCUMENT, response).get("content", {}).values():
                yield f"{operation['operationId']} {status}", described
        for described in operation.get("requestBody", {}).get("content", {}).values():
            yield f"{operation['operationId']} request", described


BODIES = dict(media())


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(child)


def test_the_document_is_the_one_that_the_code_makes_now() -> None:
    assert PATH.read_text(encoding="utf-8") == rendered(), "make openapi"


def test_a_stale_document_is_found(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    stale = tmp_path / "openapi.yaml"
    stale.write_text(rendered().replace("'412':", "'418':"))
    monkeypatch.setattr("local.openapi.file.PATH", stale)

    assert run(check=True) == 1
    assert capsys.readouterr().err == "error: docs/openapi.yaml is out of date: make openapi\n"
    assert (run(), run(check=True)) == (0, 0)


def test_it_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    jsonschema_rs.Draft202012Validator(OPENAPI_31).validate(DOCUMENT)


def test_every_schema_is_a_valid_one() -> None:
    for node in nodes(DOCUMENT):
        if isinstance(schema := node.get("schema"), dict):
            jsonschema_rs.meta.validate(schema)
    for schema in COMPONENTS["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def test_every_reference_leads_somewhere_and_every_component_is_used() -> None:
    named = {node["$ref"] for node in nodes(DOCUMENT) if "$ref" in node}
    there = {f"#/components/{kind}/{name}" for kind, parts in COMPONENTS.items() for name in parts}
    assert named == {name for name in there if "/securitySchemes/" not in name}


def test_it_has_the_routes_of_the_template_and_no_other() -> None:
    described = {(method.upper(), path) for path, method, _ in operations()}
    assert described == {(route.method, route.path) for route in read_template(ROOT / "template.yaml").routes}


def test_operation_ids_are_used_once_and_say_the_function() -> None:
    assert len(OPERATION_IDS) == len(set(OPERATION_IDS))
    functions = {re.sub("([A-Z])", r"_\1", name.removesuffix("ByUser")).lower() for name in OPERATION_IDS}
    assert functions == set(OPERATIONS)


def test_only_health_needs_no_token() -> None:
    public = {operation["operationId"] for _, _, operation in operations() if operation.get("security") == []}
    assert public == {"health"}
    assert DOCUMENT["security"] == [{"bearer": []}]


def test_every_parameter_of_a_path_is_described() -> None:
    for path, _, operation in operations():
        described = [resolved(DOCUMENT, parameter) for parameter in operation.get("parameters", ())]
        in_path = {parameter["name"] for parameter in described if parameter["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path))


@pytest.mark.parametrize("where", BODIES)
def test_every_body_has_examples_and_they_are_as_its_schema_says(where: str) -> None:
    described = BODIES[where]
    assert described["examples"]
    for example in described["examples"].values():
        validator_of(DOCUMENT, described["schema"]).validate(example["value"])


@pytest.mark.parametrize("parameter", COMPONENTS["parameters"].values(), ids=COMPONENTS["parameters"])
def test_the_example_of_a_parameter_is_as_its_schema_says(parameter: dict[str, Any]) -> None:
    validator_of(DOCUMENT, parameter["schema"]).validate(parameter["example"])


def test_examples_of_schemas_are_as_they_say() -> None:
    for node in nodes(COMPONENTS):
        for example in node.get("examples", ()) if isinstance(node.get("examples"), list) else ():
            validator_of(DOCUMENT, node).validate(example)


def test_its_codes_are_those_of_the_errors_that_can_be_sent() -> None:
    sent = set(errors._STATUS_AND_CODE.values()) | {errors._INTERNAL_ERROR}
    described = {
        (int(status), example["value"]["error"]["code"])
        for _, _, operation in operations()
        for status, response in operation["responses"].items()
        if int(status) >= 400
        for described in resolved(DOCUMENT, response)["content"].values()
        for example in described["examples"].values()
    }
    # Only a function that is asked for another's route gives it, and API Gateway asks none.
    assert sent - described == {errors._STATUS_AND_CODE[errors.MethodNotAllowed]}
    assert described <= sent


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_is_an_example_of_a_refusal(error: type[ApiError]) -> None:
    assert any(type(example) is error for refusal in REFUSALS for example in refusal.examples.values())


def test_messages_of_examples_are_written_in_the_code() -> None:
    code = "".join(path.read_text() for path in (ROOT / "shared").rglob("*.py"))
    for refusal in REFUSALS:
        for error in refusal.examples.values():
            assert not isinstance(error, ApiError) or error.public_message in code


def accepted(read: Any, value: str) -> bool:
    try:
        read(value)
    except BadRequest:
        return False
    return True


READERS = {
    "If-Match": lambda value: read_tags(value, weak=False),
    "If-None-Match": lambda value: read_tags(value, weak=True),
    "Idempotency-Key": lambda value: read_key([value]),
    "Cursor": decode_cursor,
}


@pytest.mark.parametrize("name", READERS)
def test_a_pattern_is_what_the_code_accepts(name: str) -> None:
    schema = COMPONENTS["parameters"][name]["schema"]
    validator = validator_of(DOCUMENT, schema)
    pattern = schema["pattern"].removeprefix("^").removesuffix("$")

    @settings(derandomize=True, database=None, deadline=None)
    @given(st.from_regex(pattern, fullmatch=True) | st.text('*"W/, \t\x7f\xe9AZaz09-_', max_size=30))
    def compare(value: str) -> None:
        value = value.strip(" \t")  # as HTTP does to a header's value
        assert accepted(READERS[name], value) == validator.is_valid(value)

    compare()
