"""docs/openapi.yaml says what the code does: it is new, valid, whole, and says nothing twice in different ways."""

import ast
import importlib
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from schemathesis.specs.openapi.definitions import OPENAPI_31

from local import ROOT
from local.openapi.file import PATH, rendered, run
from local.openapi.operations import operations_of
from local.openapi.resource import resources_of
from local.resources import stores
from local.template import read_template
from shared.core import errors
from shared.core.errors import ApiError, BadRequest
from shared.core.http.cursor import ListCursor
from shared.core.http.etag import read_tags
from shared.core.http.idempotency import read_key
from shared.core.resource.changes import FeedCursor
from shared.core.resource.schemas import LONGEST_SEARCH, PageQuery
from tests.contract.document import (
    check_examples,
    check_references,
    load_document,
    nodes,
    operations,
    resolved,
    validator_of,
)
from tests.unit.core.test_errors import every_error

DOCUMENT = load_document()
COMPONENTS = DOCUMENT["components"]
OPERATION_IDS = [operation["operationId"] for _, _, operation in operations(DOCUMENT)]
ERRORS = [error for error in every_error() if error is not errors.MethodNotAllowed]
RESOURCES = resources_of(stores())
OPERATIONS = operations_of(RESOURCES)
REFUSALS = [one for operation in OPERATIONS.values() for one in operation.every_refusal(by_user=True)]


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
    check_references(DOCUMENT)


def test_it_has_the_routes_of_the_template_and_no_other() -> None:
    described = {(method.upper(), path) for path, method, _ in operations(DOCUMENT)}
    assert described == {(route.method, route.path) for route in read_template(ROOT / "template.yaml").routes}


def test_operation_ids_are_used_once_and_say_the_function() -> None:
    assert len(OPERATION_IDS) == len(set(OPERATION_IDS))
    functions = {re.sub("([A-Z])", r"_\1", name.removesuffix("ByUser")).lower() for name in OPERATION_IDS}
    assert functions == set(OPERATIONS)


def test_no_operation_is_described_that_has_no_function() -> None:
    assert set(OPERATIONS) <= {path.stem for path in (ROOT / "functions").glob("*.py")}


def test_only_health_needs_no_token() -> None:
    public = {operation["operationId"] for _, _, operation in operations(DOCUMENT) if operation.get("security") == []}
    assert public == {"health"}
    assert DOCUMENT["security"] == [{"bearer": []}]


def test_every_parameter_of_a_path_is_described() -> None:
    for path, _, operation in operations(DOCUMENT):
        described = [resolved(DOCUMENT, parameter) for parameter in operation.get("parameters", ())]
        in_path = {parameter["name"] for parameter in described if parameter["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path))


def described_by_function() -> Iterator[tuple[str, dict[str, Any]]]:
    for route in read_template(ROOT / "template.yaml").routes:
        yield route.function.handler.rpartition(".")[0], DOCUMENT["paths"][route.path][route.method.lower()]


def test_a_body_has_the_size_and_the_media_types_that_its_function_takes() -> None:
    seen = set()
    for module, operation in described_by_function():
        limits = importlib.import_module(module).app.state.body_limits
        if "413" in operation["responses"]:
            too_large = resolved(DOCUMENT, operation["responses"]["413"])
            said = {
                one["value"]["error"]["message"]
                for one in too_large["content"]["application/json"]["examples"].values()
            }
            assert said == {f"{too_large['description']}"} == {f"The body is larger than {limits.size // 1024} KiB."}
        if "requestBody" in operation:
            taken = tuple(filter(None, ("application/json", limits.media_type)))
            assert tuple(operation["requestBody"]["content"]) == taken
            seen.add(taken)
    assert len(seen) > 1


def test_who_names_an_older_version_is_told_the_state_as_it_is_answered_elsewhere() -> None:
    seen = 0
    for _, _, operation in operations(DOCUMENT):
        if "412" not in operation["responses"]:
            continue
        content = resolved(DOCUMENT, operation["responses"]["412"])["content"]["application/json"]
        error = resolved(DOCUMENT, content["schema"])["properties"]["error"]
        (resource,) = (one for one in RESOURCES.values() if one.name in operation["tags"])
        assert error["properties"]["current"] == {"$ref": f"#/components/schemas/{resource.public.__name__}"}
        assert "current" in error["required"]
        seen += 1
    assert seen


def test_every_example_is_as_its_schema_says() -> None:
    check_examples(DOCUMENT)


def test_its_codes_are_those_of_the_errors_that_can_be_sent() -> None:
    sent = set(errors._STATUS_AND_CODE.values()) | {errors._INTERNAL_ERROR}
    described = {
        (int(status), example["value"]["error"]["code"])
        for _, _, operation in operations(DOCUMENT)
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


def written_texts() -> Iterator[re.Pattern[str]]:
    """The texts in the code; what an f-string puts in may be anything."""
    for path in (ROOT / "shared").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else None for part in node.values]
                yield re.compile("".join(".+" if part is None else re.escape(part) for part in parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.compile(re.escape(node.value))


def test_messages_of_examples_are_written_in_the_code() -> None:
    messages = {
        error.public_message for one in REFUSALS for error in one.examples.values() if isinstance(error, ApiError)
    }
    texts = list(written_texts())
    assert [message for message in messages if not any(text.fullmatch(message) for text in texts)] == []


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
}
ORDERS = sorted({order for store in stores() for order in store.query.sorts()})
# Of a cursor more than a pattern can say is checked: its order and its key, or its checksum.
CURSORS: dict[str, list[Callable[[str], Any]]] = {
    "Cursor": [partial(ListCursor.read, sort=order) for order in ORDERS],
    **{f"{one.title}ChangesAfter": [partial(FeedCursor.read, collection=name)] for name, one in RESOURCES.items()},
}
exhaustive = settings(derandomize=True, database=None, deadline=None)


def patterns(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """What each pattern in the schema matches, and each constant."""
    matching = [st.from_regex(node["pattern"], fullmatch=True) for node in nodes(schema) if "pattern" in node]
    return st.one_of(matching) | st.sampled_from([node["const"] for node in nodes(schema) if "const" in node] or [""])


@pytest.mark.parametrize("name", READERS)
def test_a_pattern_is_what_the_code_accepts(name: str) -> None:
    schema = COMPONENTS["parameters"][name]["schema"]
    validator = validator_of(DOCUMENT, schema)

    @exhaustive
    @given(patterns(schema) | st.text('*"W/, \t\x7f\xe9AZaz09-_', max_size=30))
    def compare(value: str) -> None:
        value = value.strip(" \t")  # as HTTP does to a header's value
        assert accepted(READERS[name], value) == validator.is_valid(value)

    compare()


@pytest.mark.parametrize("name", CURSORS)
def test_nothing_is_a_cursor_that_the_document_excludes(name: str) -> None:
    validator = validator_of(DOCUMENT, COMPONENTS["parameters"][name]["schema"])
    good = COMPONENTS["parameters"][name]["example"]

    @exhaustive
    @given(
        st.text()
        | st.text("AQgwZaz09-_=").map(lambda some: good + some)
        | st.sampled_from(range(len(good))).map(good.__getitem__)
    )
    def compare(value: str) -> None:
        assert validator.is_valid(value) or not any(accepted(read, value) for read in CURSORS[name])

    compare()
    assert any(accepted(read, good) for read in CURSORS[name])


@exhaustive
@given(st.integers(0, 2**128 - 1), st.sampled_from(ORDERS), st.text(max_size=200), st.integers(0, 2**63 - 1))
def test_every_cursor_of_a_page_is_within_the_schema(number: int, order: str, text: str, revision: int) -> None:
    of_version_7 = UUID(int=number & ~(15 << 76) & ~(3 << 62) | 7 << 76 | 2 << 62)
    key = {"created": None, "updated": revision}.get(order.lstrip("-"), text)

    cursor = ListCursor(of_version_7, key).encoded(order)

    assert validator_of(DOCUMENT, COMPONENTS["parameters"]["Cursor"]["schema"]).is_valid(cursor)


@exhaustive
@given(st.uuids(), *[st.integers(0, 2**63 - 1)] * 3)
def test_every_cursor_of_a_feed_is_within_the_schema(epoch: UUID, position: int, buried: int, caught_up: int) -> None:
    for name, resource in RESOURCES.items():
        schema = COMPONENTS["parameters"][f"{resource.title}ChangesAfter"]["schema"]
        cursor = FeedCursor(epoch, position, buried, caught_up).encoded(name)
        assert validator_of(DOCUMENT, schema).is_valid(cursor)


@exhaustive
@given(st.text(max_size=LONGEST_SEARCH + 1) | st.text("\0a ", max_size=LONGEST_SEARCH + 1))
def test_a_search_is_what_the_code_accepts(value: str) -> None:
    validator = validator_of(DOCUMENT, COMPONENTS["parameters"]["Search"]["schema"])
    try:
        PageQuery(q=value)
    except ValidationError:
        assert not validator.is_valid(value)
    else:
        assert validator.is_valid(value) or value != value.strip()


def test_a_condition_may_be_any_version() -> None:
    for name in ("If-Match", "If-None-Match"):
        assert validator_of(DOCUMENT, COMPONENTS["parameters"][name]["schema"]).is_valid("*")


@pytest.mark.parametrize("condition", ["*", '"1"', 'W/"1"', '""', '"é"', '"1" , W/"2"'])
def test_a_condition_of_rfc_9110_is_within_the_schema(condition: str) -> None:
    schema = COMPONENTS["parameters"]["If-Match"]["schema"]
    assert validator_of(DOCUMENT, schema).is_valid(condition)
    assert accepted(READERS["If-Match"], condition)
