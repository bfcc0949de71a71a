"""What an event's answer must be: events/expected/<name>.json, compared with the answer.

    {"status": 201, "headers": {"location": "/api/tasks/<uuid>"}, "body": {"data": {"id": "<uuid>", "title": "Milk"}}}

Headers are those that must be there; status and body must be equal. In any string, `<uuid>`, `<time>`, `<cursor>` and
`<request_id>` (the event's own) stand for what cannot be known before; `"<any>"` alone stands for any value.

Of a function that no request calls, it is what the function returns: {"result": {"rate_limits": 2}}.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from local.gateway.response import HttpResponse

_ANY = "<any>"
_PLACEHOLDERS = {
    "<uuid>": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "<time>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z",
    "<cursor>": r"[A-Za-z0-9_=-]+",
}
_PLACEHOLDER = re.compile("|".join(["<request_id>", *_PLACEHOLDERS]))


def differences(expected: dict[str, Any], response: HttpResponse, request_id: str) -> list[str]:
    """One line for each place where the answer is not as expected."""
    headers = dict(response.headers)
    given = {
        "status": response.status,
        "headers": {name: headers.get(name) for name in expected.get("headers", {})},
        "body": body_of(response),
    }
    wanted = {"status": None, "headers": {}, "body": None, **expected}
    return list(_compare("", wanted, given, request_id))


def differences_of_result(expected: dict[str, Any], result: Any) -> list[str]:
    """The same for what a function returned that answers no request."""
    return list(_compare("", expected, {"result": result}, ""))


def body_of(response: HttpResponse) -> Any:
    """The body as JSON, else as text; None when there is none."""
    text = response.body.decode("utf-8", "replace")
    try:
        return json.loads(text) if text else None
    except json.JSONDecodeError:
        return text


def _compare(place: str, expected: Any, given: Any, request_id: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(given, dict):
        for name in [*expected, *(name for name in given if name not in expected)]:
            path = f"{place}.{name}" if place else name
            if name not in given:
                yield f"{path}: expected {_show(expected[name])}, but it is missing"
            elif name not in expected:
                yield f"{path}: not expected, but it is {_show(given[name])}"
            else:
                yield from _compare(path, expected[name], given[name], request_id)
    elif isinstance(expected, list) and isinstance(given, list) and len(expected) == len(given):
        for index, (one, other) in enumerate(zip(expected, given, strict=True)):
            yield from _compare(f"{place}[{index}]", one, other, request_id)
    elif not matches(expected, given, request_id):
        yield f"{place}: expected {_show(expected)}, got {_show(given)}"


def matches(expected: Any, given: Any, request_id: str) -> bool:
    """Whether a value that is no object and no list is the expected one, or fits the placeholders in it."""
    if expected == _ANY:
        return given is not None
    if isinstance(expected, str) and isinstance(given, str):
        return re.fullmatch(_pattern(expected, request_id), given) is not None
    return type(expected) is type(given) and bool(expected == given)


def _pattern(expected: str, request_id: str) -> str:
    patterns = {**_PLACEHOLDERS, "<request_id>": re.escape(request_id)}
    literals = [re.escape(literal) for literal in _PLACEHOLDER.split(expected)]
    found = [patterns[name] for name in _PLACEHOLDER.findall(expected)]
    return "".join(part for pair in zip(literals, [*found, ""], strict=True) for part in pair)


def _show(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
