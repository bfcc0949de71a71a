"""What an endpoint takes is the same, whether FastAPI resolves it or it is made of the request directly."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Query, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.direct import makers_for
from tests.api import LambdaContext, http_event


class Search(BaseModel):
    words: str = "none"


class Strict(BaseModel):
    words: int


async def agent(request: Request) -> str:
    return request.headers.get("user-agent", "nobody")


async def agent_in_time(request: Request) -> AsyncIterator[str]:
    yield f"{request.method} by a generator"


def agent_in_a_thread(request: Request) -> str:
    return f"{request.method} by a thread"


async def agent_and_query(request: Request, deep: int = 0) -> str:
    return f"{request.method} {deep}"


async def agent_of_another(found: Annotated[str, Depends(agent)]) -> str:
    return f"{found} of another"


Direct = Annotated[str, Depends(agent)]
EVENT = http_event("GET", "/it/7", "words=a", {"user-agent": "somebody"}, None)


def answer_of(app: FastAPI) -> tuple[int, Any]:
    answer = lambda_handler(app)(EVENT, LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def made_in(app: FastAPI) -> set[str]:
    (route,) = (route for route in app.routes if isinstance(route, APIRoute))
    return set(makers_for(route.dependant))


def test_what_takes_the_request_alone_is_made_directly_and_the_rest_by_fastapi() -> None:
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

    assert made_in(app) == {"search", "one"}
    assert answer_of(app) == (
        200,
        [7, "a", "somebody", "GET", "GET by a generator", "GET by a thread", "GET 0", "somebody of another"],
    )


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
