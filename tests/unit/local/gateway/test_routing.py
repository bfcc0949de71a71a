import pytest

from local.gateway.routing import match
from local.template import Function, Route

FUNCTION = Function("F", "functions.f.handler", 10, 128)
ROUTES = [
    Route(method, path, FUNCTION)
    for method, path in (
        ("GET", "/api/{user_id}/tasks"),
        ("GET", "/api/tasks"),
        ("GET", "/api/tasks/{task_id}"),
        ("POST", "/api/tasks"),
        ("ANY", "/files/{path+}"),
        ("GET", "/files/index"),
    )
]


@pytest.mark.parametrize(
    ("method", "path", "key", "parameters"),
    [
        ("GET", "/api/tasks", "GET /api/tasks", {}),
        ("POST", "/api/tasks", "POST /api/tasks", {}),
        ("GET", "/api/tasks/7", "GET /api/tasks/{task_id}", {"task_id": "7"}),
        ("GET", "/api/bob/tasks", "GET /api/{user_id}/tasks", {"user_id": "bob"}),
        ("GET", "/api/tasks/tasks", "GET /api/tasks/{task_id}", {"task_id": "tasks"}),
        ("PUT", "/files/a/b", "ANY /files/{path+}", {"path": "a/b"}),
        ("GET", "/files/index", "GET /files/index", {}),
        ("POST", "/files/index", "ANY /files/{path+}", {"path": "index"}),
    ],
)
def test_most_specific_route_is_taken(method: str, path: str, key: str, parameters: dict[str, str]) -> None:
    found = match(ROUTES, method, path)
    assert found is not None
    assert (found[0].key, found[1]) == (key, parameters)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/api/tasks"),
        ("HEAD", "/api/tasks"),
        ("GET", "/api/tasks/"),
        ("GET", "//api/tasks"),
        ("GET", "/api//tasks"),
        ("GET", "/API/tasks"),
        ("GET", "/api/tasks/7/8"),
        ("GET", "/files/"),
        ("GET", "/"),
        ("GET", ""),
    ],
)
def test_what_fits_no_route_is_not_found(method: str, path: str) -> None:
    assert match(ROUTES, method, path) is None


def test_default_route_takes_what_no_other_does() -> None:
    default = Route("ANY", "$default", FUNCTION)
    assert match([default, *ROUTES], "GET", "/nowhere") == (default, {})
    found = match([default, *ROUTES], "GET", "/api/tasks")
    assert found is not None
    assert found[0].key == "GET /api/tasks"
    assert default.key == "$default"
