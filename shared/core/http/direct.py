"""What an endpoint takes and is made of the request alone: a store, the query's model, a header.

FastAPI resolves each such dependency as a graph of its own, and reads a query's model field by field; that takes longer
than what is then done. So they are called here and handed to the endpoint (decision 0032). The rest is FastAPI's to
read, and the OpenAPI document is made of the endpoint as it stands.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

from fastapi import Request
from fastapi.dependencies.models import Dependant

from shared.core.http.query import query_reader

Maker: TypeAlias = Callable[[Request], Awaitable[Any]]

_REQUEST = "_request"


def makers_for(endpoint: Dependant) -> dict[str, Maker]:
    """What makes them, by the endpoint's parameters, in FastAPI's order: none after the first that it has to make."""
    makers: dict[str, Maker] = {}
    if not iscoroutinefunction(endpoint.call):
        return makers  # FastAPI gives it a thread
    times = Counter(_calls(endpoint))
    for dependency in endpoint.dependencies:
        if not (dependency.name and dependency.call and times[dependency.call] == 1 and _is_direct(dependency)):
            return makers
        makers[dependency.name] = dependency.call
    readers = {parameter.name: query_reader(parameter.field_info) for parameter in endpoint.query_params}
    return makers | {name: reader for name, reader in readers.items() if reader}


def _calls(endpoint: Dependant) -> Iterator[Any]:
    """Of all that it depends on: FastAPI calls each once, however many want it."""
    for dependency in endpoint.dependencies:
        yield dependency.call
        yield from _calls(dependency)


def _is_direct(dependency: Dependant) -> bool:
    """Whether it takes the request and nothing else, and has nothing to be ended later."""
    alone = Dependant(
        name=dependency.name,
        call=dependency.call,
        path=dependency.path,
        request_param_name=dependency.request_param_name or _REQUEST,
        own_oauth_scopes=[],
        parent_oauth_scopes=[],
    )
    return iscoroutinefunction(dependency.call) and dependency == alone


def without(endpoint: Dependant, makers: Mapping[str, Maker]) -> Dependant:
    """The endpoint but for these parameters, which are in the request's `state.made` when it is called."""
    call, takes = endpoint.call, endpoint.request_param_name
    if call is None or not makers:
        return endpoint

    async def call_with_made(**values: Any) -> Any:
        request = values.pop(_REQUEST)
        if takes:
            values[takes] = request
        return await call(**values, **request.state.made)

    return replace(
        endpoint,
        call=call_with_made,
        request_param_name=_REQUEST,
        query_params=[each for each in endpoint.query_params if each.name not in makers],
        dependencies=[each for each in endpoint.dependencies if each.name not in makers],
    )
