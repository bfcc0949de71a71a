import pytest

from shared.core.errors import BadRequest
from shared.core.http.idempotency import read_key, request_hash

BODY = {"title": "Buy milk", "description": None}


def test_no_header_is_no_key() -> None:
    assert read_key([]) is None


@pytest.mark.parametrize("key", ["a", "x" * 255, "3f2a-77!~", '"quoted"'])
def test_visible_ascii_is_a_key(key: str) -> None:
    assert read_key([key]) == key


@pytest.mark.parametrize("keys", [[""], [" "], ["a b"], ["x" * 256], ["é"], ["a\x00"], ["a\n"], ["a", "a"]])
def test_anything_else_is_refused(keys: list[str]) -> None:
    with pytest.raises(BadRequest):
        read_key(keys)


def test_the_hash_is_of_what_was_asked_for_and_not_of_its_spelling() -> None:
    first, again, other = (
        request_hash("tasks", body)
        for body in (BODY, {"description": None, "title": "Buy milk"}, {"title": "Buy milk", "description": "x"})
    )
    assert first == again != other


def test_the_hash_is_of_the_collection_too() -> None:
    assert request_hash("tasks", BODY) != request_hash("notes", BODY)
