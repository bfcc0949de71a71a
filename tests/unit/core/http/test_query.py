from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Query
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from shared.core.errors import ValidationFailed
from shared.core.http.query import MOST_ENCODED, MOST_PARAMETERS, check_query, query_names


class Search(BaseModel):
    words: str = ""
    since: Annotated[str, Field(alias="from")] = ""


def faults(query: str, *known: str) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as caught:
        check_query(query.encode(), frozenset(known))
    return [(detail.field, detail.code) for detail in caught.value.details]


def names_of(endpoint: object) -> frozenset[str]:
    assert callable(endpoint)
    app = FastAPI()
    app.get("/{path}")(endpoint)
    (route,) = (route for route in app.routes if isinstance(route, APIRoute) and route.path == "/{path}")
    return query_names(route.dependant)


def test_the_names_are_those_that_the_handler_reads() -> None:
    async def plain(path: str, one: int = 1, two: Annotated[str, Query(alias="second")] = "") -> None: ...
    async def model(path: str, search: Annotated[Search, Query()]) -> None: ...
    async def neither(path: str) -> None: ...

    assert names_of(plain) == {"one", "second"}
    assert names_of(model) == {"words", "from"}
    assert names_of(neither) == frozenset()


def test_the_names_are_also_those_that_its_dependencies_read() -> None:
    async def inner(deep: int = 0) -> int:
        return deep

    async def outer(found: Annotated[int, Depends(inner)], flat: int = 0) -> int:
        return found + flat

    async def endpoint(path: str, found: Annotated[int, Depends(outer)]) -> None: ...

    assert names_of(endpoint) == {"deep", "flat"}


@pytest.mark.parametrize("query", ["", "a=1", "a=1&b=2", "b=&a="])
def test_each_known_parameter_may_be_given_once(query: str) -> None:
    check_query(query.encode(), frozenset({"a", "b"}))


def test_what_is_unknown_or_repeated_is_named() -> None:
    assert faults("c=1&a=1&a=2", "a", "b") == [
        ("c", "unknown_parameter"),
        ("a", "repeated_parameter"),
    ]
    assert faults("%61=1&a=1", "a") == [("a", "repeated_parameter")]
    assert faults("A=1", "a") == [("A", "unknown_parameter")]
    assert faults("=1") == [("query", "unknown_parameter")]


def test_a_great_many_are_not_all_named_nor_in_full() -> None:
    found = faults("&".join(f"{'x' * 200}{number}" for number in range(100)))

    assert len(found) == 20
    assert {len(name) for name, _ in found} == {100}


@pytest.mark.parametrize("piece", ["%", "%e2", "a=%25&"])
def test_what_would_take_long_to_decode_is_refused_before(piece: str) -> None:
    assert faults(piece * (MOST_ENCODED + 1), "a") == [("query", "too_long")]


def test_more_than_anybody_takes_are_not_even_read() -> None:
    assert len(faults("&".join(["a"] * MOST_PARAMETERS))) == 1
    assert faults("&".join(["a"] * (MOST_PARAMETERS + 1)), "a") == [("query", "too_long")]
