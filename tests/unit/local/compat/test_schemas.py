"""What of a schema breaks: of a request what is narrower, of an answer what a client would miss or not know."""

from typing import Any

import pytest

from local.compat import CompatError
from local.compat.document import Document
from local.compat.schemas import Containment

TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 9}
ITEM: dict[str, Any] = {
    "type": "object",
    "properties": {"title": TEXT, "done": {"type": "boolean", "default": False}},
    "required": ["title"],
    "additionalProperties": False,
}
NUMBER = {"type": "integer", "minimum": 1, "maximum": 5}
NULL = {"type": "null"}
# A change, and what is said of it in a request and in an answer; None: it does no harm.
CHANGES: list[tuple[str, Any, Any, str | None, str | None]] = [
    ("nothing", ITEM, ITEM, None, None),
    ("a description", TEXT, TEXT | {"description": "A text."}, None, None),
    ("a property more", ITEM, ITEM | {"properties": ITEM["properties"] | {"rank": NUMBER}}, None, None),
    (
        "a property removed",
        ITEM,
        ITEM | {"properties": {"title": TEXT}},
        "$.done: removed",
        "$.done: removed",
    ),
    ("a property required", ITEM, ITEM | {"required": ["title", "done"]}, "$.done: now required", None),
    ("a property optional", ITEM, ITEM | {"required": []}, None, "$.title: no longer required"),
    ("open", ITEM, {**ITEM, "additionalProperties": True}, None, None),
    ("closed", {**ITEM, "additionalProperties": True}, ITEM, "$.*: no others any more", None),
    ("longer", TEXT, TEXT | {"maxLength": 10}, None, None),
    ("shorter", TEXT, TEXT | {"maxLength": 8}, "$: maxLength was 9, is 8", None),
    ("a bound more", {"type": "string"}, {"type": "string", "minLength": 1}, "$: minLength was none, is 1", None),
    ("a higher minimum", NUMBER, NUMBER | {"minimum": 2}, "$: minimum was 1, is 2", None),
    ("a lower minimum", NUMBER, NUMBER | {"minimum": 0}, None, None),
    ("another type", TEXT, NUMBER, "$: type was 'string', is 'integer'", "$: type was 'string', is 'integer'"),
    ("a wider type", NUMBER, NUMBER | {"type": "number"}, None, "$: type was 'integer', is 'number'"),
    ("null too", TEXT, {"anyOf": [TEXT, NULL]}, None, "$: type was 'string', is 'null'"),
    ("null too, as types", TEXT, TEXT | {"type": ["string", "null"]}, None, "$: type was 'string', is 'null'"),
    ("null no more", {"anyOf": [TEXT, NULL]}, TEXT, "$: type was 'null', is 'string'", None),
    ("null spelled otherwise", {"anyOf": [TEXT, NULL]}, TEXT | {"type": ["string", "null"]}, None, None),
    ("a value more", {"enum": ["a"]}, {"enum": ["a", "b"]}, None, "$: now also 'b'"),
    ("a value less", {"enum": ["a", "b"]}, {"const": "a"}, "$: no longer 'b'", None),
    ("any value", TEXT | {"enum": ["a"]}, TEXT, None, "$: was 'a', is any"),
    ("any value but a long one", {"type": "string", "enum": ["a" * 10]}, TEXT, f"$: no longer '{'a' * 10}'", "is any"),
    ("some values", TEXT, TEXT | {"enum": ["a"]}, "$: was any, is 'a'", None),
    ("a pattern more", TEXT, TEXT | {"pattern": "a"}, "$: pattern was none, is 'a'", None),
    ("a pattern less", TEXT | {"pattern": "a"}, TEXT, None, "$: pattern was 'a', is none"),
    ("another format", TEXT | {"format": "a"}, TEXT | {"format": "b"}, "format was 'a'", "format was 'a'"),
    ("a default more", TEXT, TEXT | {"default": "a"}, None, None),
    ("another default", TEXT | {"default": "a"}, TEXT | {"default": "b"}, "$: default was 'a', is 'b'", None),
    ("items", {"type": "array", "items": ITEM}, {"type": "array", "items": ITEM | {"required": []}}, None, "$[].title"),
    ("items of any kind", {"type": "array", "items": TEXT}, {"type": "array"}, None, "$[]: type was 'string'"),
    ("a keyword of tomorrow", TEXT, TEXT | {"tomorrow": 1}, "$: tomorrow was none, is 1", None),
    ("a new code of an error", {"const": "A"}, {"const": "B"}, "no longer 'A'", "now also 'B'"),
]


def said(old: Any, new: Any, *, answers: bool, where: str = "$") -> list[str]:
    narrow, wide = (new, old) if answers else (old, new)
    return [
        str(change) for change in Containment(Document({}), Document({}), answers=answers).changes(narrow, wide, where)
    ]


@pytest.mark.parametrize(
    ("old", "new", "request_", "answer"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
def test_a_change_is_named_where_it_breaks(old: Any, new: Any, request_: str | None, answer: str | None) -> None:
    for expected, answers in ((request_, False), (answer, True)):
        found = said(old, new, answers=answers)
        assert len(found) == (expected is not None), found
        assert expected is None or expected in found[0]


def test_an_errors_code_may_be_a_new_one() -> None:
    for where in ("GET / 404.error.code", "GET / 422.error.details[].code"):
        assert said({"const": "A"}, {"const": "B"}, answers=True, where=where) == []


def test_of_a_union_the_nearest_branch_says_what_changed() -> None:
    def operation(op: str, **more: Any) -> dict[str, Any]:
        return {"type": "object", "properties": {"op": {"const": op}, **more}, "required": ["op", *more]}

    old = {"oneOf": [operation("create", title=TEXT), operation("delete", title=TEXT, why=TEXT)]}
    new = {"oneOf": [operation("create", title=TEXT), operation("delete", title=TEXT | {"maxLength": 8}, why=NUMBER)]}

    assert said(old, new, answers=False) == [
        "$.title: maxLength was 9, is 8",
        "$.why: type was 'string', is 'integer'",
    ]


def tree(**child: Any) -> Document:
    schema = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Tree"}, **child}}
    return Document({"components": {"schemas": {"Tree": schema}}})


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    reference = {"$ref": "#/components/schemas/Tree"}
    changes = Containment(tree(a=TEXT), tree(a=NUMBER), answers=True).changes(reference, reference, "$")
    assert "$.a: type was 'integer', is 'string'" in map(str, changes)


@pytest.mark.parametrize(
    "reference", ["#/components/schemas/Nothing", "elsewhere.yaml#/A", "#/components/schemas/Loop"]
)
def test_a_reference_that_leads_nowhere_is_named(reference: str) -> None:
    document = Document({"components": {"schemas": {"Loop": {"$ref": "#/components/schemas/Loop"}}}})
    with pytest.raises(CompatError, match=reference):
        document.resolve({"$ref": reference})
