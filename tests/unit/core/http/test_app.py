"""The handler around the app: what happens when the event, the settings or the code itself is at fault."""

import io
import json
from typing import Any

import pytest

from functions.list_tasks import handler
from shared import tasks
from shared.core.http.app import create_app, lambda_handler
from tests.api import Api, LambdaContext, http_event, token_for


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"version": "2.0"},
        {"version": "2.0", "requestContext": {}},
        http_event("GET", "/api/tasks", "", {}, None) | {"version": "1.0", "requestContext": {"httpMethod": "GET"}},
        http_event(7, "/api/tasks", "", {}, None),  # type: ignore[arg-type]
        http_event("GET", "/api/tasks", "", {"x": "\ud800"}, None),
        http_event("GET", "/api/tasks", "", {}, "not base64!") | {"isBase64Encoded": True},
        http_event("GET", "/api/tasks", "", {}, "\ud800"),
    ],
    ids=["empty", "no context", "no http", "other payload", "bad method", "bad header", "bad base64", "bad body"],
)
def test_an_event_that_cannot_be_read_is_400_in_the_contracts_shape(event: dict[str, Any]) -> None:
    answer = handler(event, LambdaContext())

    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["error"]["code"] == "BAD_REQUEST"
    assert answer["headers"]["x-content-type-options"] == "nosniff"


def test_an_unexpected_error_is_500_in_the_contracts_shape(alice: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.TaskStore, "list", lambda *_: 1 / 0)

    answer = alice.list()

    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    assert answer.headers["cache-control"] == "no-store"
    assert "ZeroDivision" not in answer.text


def test_unsafe_settings_refuse_to_serve_and_say_why(monkeypatch: pytest.MonkeyPatch, log: io.StringIO) -> None:
    monkeypatch.setenv("AUTH_SECRET", "short")
    monkeypatch.setenv("DATABASE_URL", "mysql://user:hidden-password@host/db")

    answer = Api().list()

    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    logged = log.getvalue()
    assert "AUTH_SECRET has 5 bytes" in logged
    assert "DATABASE_URL must begin with" in logged
    assert "hidden-password" not in logged


def test_one_line_is_logged_per_request_and_never_the_token(alice: Api, log: io.StringIO) -> None:
    alice.create({"title": "A secret plan"})

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["message"] == "request"]
    assert (line["method"], line["status"], line["request_id"]) == ("POST", 201, "test-request")
    assert token_for("alice") not in str(lines)
    assert "secret plan" not in str(lines)


def test_a_route_without_a_caller_has_no_store() -> None:
    """Isolation is by construction: a public route that asks for the caller's tasks does not get them."""
    from shared.tasks import CallersTasks

    app = create_app(public=True)

    @app.get("/api/tasks")
    async def leak(tasks: CallersTasks) -> None:
        raise AssertionError("reached")

    event = http_event("GET", "/api/tasks", "", {"authorization": f"Bearer {token_for('alice')}"}, None)
    assert lambda_handler(app)(event, LambdaContext())["statusCode"] == 500
