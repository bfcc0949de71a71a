"""The files of events/: each endpoint as the owner calls it, and the ways in which it is refused."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from local.scaffold.endpoints import Endpoint, endpoints
from local.scaffold.events.answers import forbidden, invalid, not_found, stale
from local.scaffold.events.cases import CASES
from local.scaffold.events.event import Request, event_of
from local.scaffold.events.rows import id_of, row_of, seed
from local.scaffold.resource import Resource

_STALE = {"if-match": '"7"'}
_CONDITIONAL = frozenset({"update", "patch", "delete"})


def files(resource: Resource) -> dict[str, str]:
    """Events, expectations and seed, by path."""
    written = {f"events/seed/1_{resource.names.plural}.sql": seed(resource)}
    for endpoint in endpoints(resource):
        for request, expected in _events(resource, endpoint):
            written[f"events/{request.name}.json"] = _json(event_of(request))
            written[f"events/expected/{request.name}.json"] = _json(expected)
    return written


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _events(resource: Resource, endpoint: Endpoint) -> Iterator[tuple[Request, dict[str, Any]]]:
    """By both families of routes, and as it is refused."""
    name, case = endpoint.module, CASES[endpoint.verb](resource)
    request = Request(name, endpoint, case.item, query=case.query, body=case.body)
    yield request, case.answer
    yield replace(request, name=f"{name}_by_user", family="alice"), case.answer
    yield replace(request, name=f"{name}_forbidden_user", family="bob"), forbidden()
    if endpoint.of_item:
        of_bob = id_of(resource, 5 if endpoint.verb == "restore" else 3)
        yield replace(request, name=f"{name}_of_another", item=of_bob), not_found()
    if endpoint.verb in _CONDITIONAL:
        current = row_of(resource, 1)
        yield replace(request, name=f"{name}_stale", headers=_STALE), stale(resource.names.one, current)
    if endpoint.verb == "delete_many":
        yield replace(request, name=f"{name}_no_filter", query={}), invalid(_each_is_required(resource))


def _each_is_required(resource: Resource) -> list[dict[str, str]]:
    names = sorted(field.name for field in resource.filters)
    return [{"field": name, "code": "filter_required", "message": "one of the filters is required"} for name in names]
