import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import BadRequest, ValidationFailed
from shared.core.http.bodies import BodyLimits, read_json

LIMITS = BodyLimits(members=3, values=8, depth=3)


def read(text: str | bytes, limits: BodyLimits = LIMITS) -> Any:
    return read_json(text if isinstance(text, bytes) else text.encode(), limits)


def refusal(text: str | bytes, limits: BodyLimits = LIMITS) -> str:
    with pytest.raises(BadRequest) as caught:
        read(text, limits)
    return caught.value.public_message


def fault(value: object) -> str:
    with pytest.raises(ValidationFailed) as caught:
        read(json.dumps(value))
    ((field, code, message),) = caught.value.details
    assert (field, code) == ("body", "too_complex")
    return message


@pytest.mark.parametrize("value", [{}, [], None, True, 1, 1.5, "ü", {"a": {"b": []}}, [[1], {"a": "x"}], 10**30])
def test_json_is_read_as_it_is(value: object) -> None:
    assert read(json.dumps(value)) == value


def test_a_byte_order_mark_is_no_part_of_the_body() -> None:
    assert read(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_another_encoding_is_refused_in_these_words(encoding: str) -> None:
    assert refusal('{"title": "ü"}'.encode(encoding)) == "The body must be JSON in UTF-8."


@pytest.mark.parametrize(
    "body", [b'{"a": "\xff"}', b'"\xed\xa0\x80"', b'"\xc0\xaf"', '{"title": "ü"}'.encode("latin-1")]
)
def test_what_is_not_utf_8_is_refused_in_the_same_words(body: bytes) -> None:
    assert refusal(body) == "The body must be JSON in UTF-8."


@pytest.mark.parametrize(
    "text", ["{", "", "nul", "{'a': 1}", '{"a": 1,}', "NaN", '{"a": [Infinity]}', "-Infinity", "[" * 8, "9" * 5000]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    assert refusal(text) == "The body is not valid JSON."


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 1}', '{"a": 1, "b": 2, "a": null}', '[{"b": {"a": 1, "a": 2}}]', '{"a": 1, "\\u0061": 2}']
)
def test_a_member_that_stands_twice_is_named(text: str) -> None:
    assert refusal(text) == 'The body has the member "a" more than once.'


def test_a_name_of_any_length_and_kind_can_be_named() -> None:
    for name in ("x" * 9000, "\ud800", "\0\n", '"'):
        member = f"{json.dumps(name)}: 1"
        assert len(refusal(f"{{{member}, {member}}}")) < 700


def test_an_object_has_so_many_members_and_no_more() -> None:
    assert read('{"a": 1, "b": 2, "c": 3}') == {"a": 1, "b": 2, "c": 3}
    assert fault(dict.fromkeys("abcd")) == "must not have more than 3 members in an object"
    assert fault([dict.fromkeys("abcd")]) == "must not have more than 3 members in an object"


def test_a_body_has_so_many_values_and_no_more() -> None:
    assert read(json.dumps([0] * 7)) == [0] * 7
    assert fault([0] * 8) == "must not have more than 8 values"
    assert fault([[0, 0, 0], [0, 0, 0]]) == "must not have more than 8 values"


@pytest.mark.parametrize("text", [",[{" * 500, '\\",[{' * 200, '"' * 501])
def test_what_stands_in_a_text_parts_no_values(text: str) -> None:
    assert read(json.dumps({"a": text})) == {"a": text}


@pytest.mark.parametrize("body", ["[" + "0," * 30_000, "[" * 60_000 + "]" * 60_000, "[" + "{}," * 20_000 + "{}]"])
def test_too_many_values_are_refused_before_they_are_made(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(json, "loads", lambda *_, **__: made.append(1))

    with pytest.raises(ValidationFailed):
        read(body)

    assert made == []


def test_a_body_has_so_many_levels_and_no_more() -> None:
    assert read("[[[]]]") == [[[]]]
    assert fault([[[[]]]]) == "must not be nested deeper than 3 levels"
    assert fault({"a": [{"b": 1}]}) == "must not be nested deeper than 3 levels"


def test_a_batch_may_have_bounds_of_its_own() -> None:
    operations = [{"method": "create", **{f"field{n}": n for n in range(20)}} for _ in range(100)]

    batch = BodyLimits(size=256 * 1024, values=100 * 101 + 2)

    assert read(json.dumps({"operations": operations}), batch) == {"operations": operations}
    with pytest.raises(ValidationFailed):
        read(json.dumps({"operations": operations}), BodyLimits())


def values_in(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(values_in, inside))


NAMES = st.text(st.sampled_from('a",:[]{}\\ü'), max_size=6)
JSON = st.recursive(
    st.none() | st.integers() | NAMES, lambda some: st.lists(some) | st.dictionaries(NAMES, some), max_leaves=20
)


@given(JSON, st.booleans())
def test_whatever_is_within_the_bounds_is_read(value: Any, ascii_only: bool) -> None:
    limits = BodyLimits(values=values_in(value), depth=100)

    assert read(json.dumps(value, ensure_ascii=ascii_only), limits) == value
