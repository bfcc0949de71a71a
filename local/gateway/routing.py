"""Which route API Gateway takes: the most specific of those that fit method and path."""

from collections.abc import Iterable
from functools import cache

from local.template import Route

_DEFAULT = "$default"
_STATIC, _PARAMETER, _GREEDY = range(3)


def match(routes: Iterable[Route], method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route and its path parameters; `path` is decoded, as it is when API Gateway selects."""
    given = path.split("/")
    fitting = [
        (_specificity(route), route, parameters)
        for route in routes
        if route.method in (method, "ANY") and (parameters := _parameters(route.path, given)) is not None
    ]
    if not fitting:
        return None
    _, route, parameters = min(fitting, key=lambda candidate: candidate[0])
    return route, parameters


def _parameters(pattern: str, given: list[str]) -> dict[str, str] | None:
    if pattern == _DEFAULT:
        return {}
    expected = _segments(pattern)
    parameters: dict[str, str] = {}
    for index, (kind, segment) in enumerate(expected):
        rest = given[index:]
        if kind == _GREEDY and any(rest):
            return {**parameters, segment[1:-2]: "/".join(rest)}
        if not rest or (kind == _STATIC and rest[0] != segment) or (kind != _STATIC and not rest[0]):
            return None
        if kind == _PARAMETER:
            parameters[segment[1:-1]] = rest[0]
    return parameters if len(expected) == len(given) else None


def _specificity(route: Route) -> tuple[bool, list[int], bool]:
    kinds = [kind for kind, _ in _segments(route.path)]
    return route.path == _DEFAULT, kinds, route.method == "ANY"


@cache
def _segments(pattern: str) -> list[tuple[int, str]]:
    """Each with its kind; the patterns are those of one template."""
    return [(_kind(segment), segment) for segment in pattern.split("/")]


def _kind(segment: str) -> int:
    if segment.startswith("{") and segment.endswith("+}"):
        return _GREEDY
    return _PARAMETER if segment.startswith("{") and segment.endswith("}") else _STATIC
