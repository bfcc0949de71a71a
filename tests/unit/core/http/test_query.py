import json
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Query, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from shared.core.errors import ValidationFailed
from shared.core.http.app import create_app, lambda_handler
from shared.core.http.query import MOST_ENCODED, MOST_PARAMETERS, query_names, read_query
from tests.api import LambdaContext, http_event


class Search(BaseModel):
    words: Annotated[str, Field(max_length=5)] = ""
    since: Annotated[str, Field(alias="from", max_length=5)] = ""


def asked(query: str) -> Request:
    return Request({"type": "http", "query_string": query.encode()})


def faults(query: str, *known: str) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as caught:
        read_query(asked(query), frozenset(known))
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
    given = read_query(asked(query), frozenset({"a", "b"}))

    assert given == dict(pair.split("=") for pair in query.split("&") if pair)


def searched(query: str) -> tuple[int, Any]:
    """What a route answers that has a model of its query, a parameter beside it and one of a dependency."""
    app = create_app(public=True)

    async def inner(deep: int = 0) -> int:
        return deep

    @app.get("/search")
    async def search(
        search: Annotated[Search, Query()], found: Annotated[int, Depends(inner)], one: int = 1
    ) -> list[str | int]:
        return [search.words, search.since, one, found]

    answer = lambda_handler(app)(http_event("GET", "/search", query, {}, None), LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("", ["", "", 1, 0]),
        ("words=a%20b&from=c&one=2&deep=3", ["a b", "c", 2, 3]),
        ("words=&from=+", ["", " ", 1, 0]),
    ],
)
def test_a_model_of_the_query_is_made_of_what_was_read(query: str, answer: list[str | int]) -> None:
    assert searched(query) == (200, answer)


def test_what_a_model_refuses_is_named_by_its_parameter() -> None:
    status, answer = searched("words=longer&from=longer")

    assert status == 422
    assert [(fault["field"], fault["code"]) for fault in answer["error"]["details"]] == [
        ("words", "string_too_long"),
        ("from", "string_too_long"),
    ]


def test_the_document_is_made_of_the_model_as_well() -> None:
    app = create_app(public=True)

    @app.get("/search")
    async def search(search: Annotated[Search, Query()]) -> str:
        return search.words

    assert [parameter["name"] for parameter in app.openapi()["paths"]["/search"]["get"]["parameters"]] == [
        "words",
        "from",
    ]


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
