"""What an endpoint takes is the same, whether FastAPI resolves it or it is made of the request directly."""

import json
from collections.abc import AsyncIterator
from itertools import count
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel

from shared.core.errors import Forbidden
from shared.core.http.app import create_app, lambda_handler
from shared.core.http.direct import makers_for
from shared.core.http.endpoint import StrictRoute
from tests.api import LambdaContext, http_event


class Search(BaseModel):
    words: str = "none"


class Strict(BaseModel):
    words: int


class Listed(BaseModel):
    words: list[str]


async def agent(request: Request) -> str:
    return request.headers.get("user-agent", "nobody")


async def agent_in_time(request: Request) -> AsyncIterator[str]:
    yield f"{request.method} by a generator"


def agent_in_a_thread(request: Request) -> str:
    return f"{request.method} by a thread"


async def agent_and_query(request: Request, deep: int = 0) -> str:
    return f"{request.method} {deep}"


async def nobody(request: Request) -> str:
    return request.headers.get("x-nobody", "nobody")


async def agent_of_another(found: Annotated[str, Depends(nobody)]) -> str:
    return f"{found} of another"


async def gate(request: Request, key: int = 0) -> None:
    if not key:
        raise Forbidden
    request.state.opened = key


async def opened(request: Request) -> int:
    return int(request.state.opened)


Direct = Annotated[str, Depends(agent)]


def answer_of(app: FastAPI, query: str = "words=a") -> tuple[int, Any]:
    event = http_event("GET", "/it/7", query, {"user-agent": "somebody"}, None)
    answer = lambda_handler(app)(event, LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def made_in(app: FastAPI) -> set[str]:
    (route,) = (route for route in app.routes if isinstance(route, APIRoute))
    return set(makers_for(route.dependant))


def test_what_takes_the_request_alone_is_made_directly() -> None:
    app = create_app(public=True)

    @app.get("/it/{number}")
    async def endpoint(number: int, search: Annotated[Search, Query()], one: Direct, itself: Request) -> list[Any]:
        return [number, search.words, one, itself.method]

    assert made_in(app) == {"search", "one"}
    assert answer_of(app) == (200, [7, "a", "somebody", "GET"])


def test_from_the_first_that_takes_more_all_are_made_by_fastapi() -> None:
    app = create_app(public=True)

    @app.get("/it/{number}")
    async def endpoint(
        number: int,
        search: Annotated[Search, Query()],
        one: Direct,
        itself: Request,
        in_time: Annotated[str, Depends(agent_in_time)],
        in_a_thread: Annotated[str, Depends(agent_in_a_thread)],
        with_query: Annotated[str, Depends(agent_and_query)],
        of_another: Annotated[str, Depends(agent_of_another)],
    ) -> list[Any]:
        return [number, search.words, one, itself.method, in_time, in_a_thread, with_query, of_another]

    assert made_in(app) == {"one"}
    assert answer_of(app) == (
        200,
        [7, "a", "somebody", "GET", "GET by a generator", "GET by a thread", "GET 0", "nobody of another"],
    )


@pytest.mark.parametrize("dependency", [agent_and_query, agent_of_another])
def test_a_coroutine_that_takes_more_is_left_to_fastapi(dependency: Any) -> None:
    app = create_app(public=True)

    @app.get("/it/{number}")
    async def endpoint(found: Annotated[str, Depends(dependency)]) -> str:
        return found

    assert made_in(app) == set()
    assert answer_of(app, "") == (200, "GET 0" if dependency is agent_and_query else "nobody of another")


def test_a_gate_is_passed_before_anything_is_made() -> None:
    app = create_app(public=True)

    @app.get("/it/{number}", dependencies=[Depends(gate)])
    async def endpoint(search: Annotated[Strict, Query()], behind: Annotated[int, Depends(opened)]) -> list[Any]:
        return [search.words, behind]

    assert answer_of(app, "words=a")[0] == 403
    assert answer_of(app, "words=a&key=5")[0] == 422
    assert answer_of(app, "words=1&key=5") == (200, [1, 5])


def test_what_two_want_is_made_once() -> None:
    app, times = create_app(public=True), count()

    async def number(request: Request) -> int:
        return next(times)

    async def more(found: Annotated[int, Depends(number)]) -> int:
        return found + 10

    @app.get("/it/{number}")
    async def endpoint(
        one: Annotated[int, Depends(number)], two: Annotated[int, Depends(number)], three: Annotated[int, Depends(more)]
    ) -> list[int]:
        return [one, two, three]

    assert answer_of(app, "") == (200, [0, 0, 10])


def test_validators_of_the_parameter_and_lists_are_left_to_fastapi() -> None:
    app = create_app(public=True)

    @app.get("/it/{number}")
    async def endpoint(
        search: Annotated[Listed, AfterValidator(lambda search: search.words[::-1]), Query()],
    ) -> Any:
        return search

    assert made_in(app) == set()
    assert answer_of(app) == (200, ["a"])


@pytest.mark.parametrize("included", [False, True])
def test_of_a_router_that_is_included_each_is_made_once_too(included: bool) -> None:
    app, times = create_app(public=True), count()
    router = APIRouter(route_class=StrictRoute) if included else app

    async def number(request: Request) -> int:
        return next(times)

    @router.get("/it/{number}")
    async def endpoint(search: Annotated[Search, Query()], one: Annotated[int, Depends(number)]) -> list[Any]:
        return [search.words, one]

    if isinstance(router, APIRouter):
        app.include_router(router)

    assert [answer_of(app) for _ in range(2)] == [(200, ["a", 0]), (200, ["a", 1])]


def test_an_endpoint_in_a_thread_is_left_to_fastapi() -> None:
    app = create_app(public=True)

    @app.get("/it/{number}")
    def endpoint(number: int, search: Annotated[Search, Query()], one: Direct) -> list[Any]:
        return [number, search.words, one]

    assert made_in(app) == set()
    assert answer_of(app) == (200, [7, "a", "somebody"])


def test_what_is_overridden_is_overridden() -> None:
    app = create_app(public=True)

    @app.get("/it/{number}")
    async def endpoint(search: Annotated[Search, Query()], one: Direct) -> list[Any]:
        return [search.words, one]

    app.dependency_overrides[agent] = lambda: "another"

    assert answer_of(app) == (200, ["a", "another"])


@pytest.mark.parametrize("path", ["/it/7", "/it/seven"])
def test_what_a_dependency_refuses_is_said_before_what_is_wrong_with_the_rest(path: str) -> None:
    app = create_app(public=True)

    @app.get("/it/{number}")
    async def endpoint(number: int, search: Annotated[Strict, Query()]) -> list[Any]:
        return [number, search.words]

    answer = lambda_handler(app)(http_event("GET", path, "words=a", {}, None), LambdaContext())

    faults = json.loads(answer["body"])["error"]["details"]
    assert [(fault["field"], fault["code"]) for fault in faults] == [("words", "int_parsing")]
