"""The line that each request leaves in the log, and the metrics in it."""

import io
import json
from typing import Any

import pytest

from shared import tasks
from shared.core import observability
from shared.core.fingerprint import fingerprint
from tests.api import Api, token_for

NAMESPACE = "TasksApi/test"


def only_line(log: io.StringIO) -> dict[str, Any]:
    (line,) = log.getvalue().splitlines()
    record: dict[str, Any] = json.loads(line)
    return record


def test_a_request_leaves_one_line(alice: Api, log: io.StringIO) -> None:
    answer = alice.create({"title": "A secret plan"})

    line = only_line(log)
    assert (line["message"], line["level"], line["service"]) == ("request", "INFO", "tasks-api")
    assert (line["method"], line["route"], line["status"]) == ("POST", "/api/tasks", 201)
    assert line["request_id"] == answer.headers["x-request-id"]
    assert (line["db_round_trips"], line["db_reconnected"]) == (1, True)
    assert 0 < line["db_ms"] <= line["ms"]
    assert line["user"] == fingerprint("alice")


def test_the_route_is_logged_and_not_the_path(alice: Api, log: io.StringIO) -> None:
    alice.by_user = True
    alice.get("01890000-0000-7000-8000-000000000000")

    assert only_line(log)["route"] == "/api/{user_id}/tasks/{task_id}"
    assert "alice" not in log.getvalue()
    assert "01890000" not in log.getvalue()


def test_a_refusal_says_which_check_failed(alice: Api, log: io.StringIO) -> None:
    alice.call("list_tasks", "GET", "/tasks", headers={"authorization": f"Bearer {token_for('alice', exp=1)}"})

    line = only_line(log)
    assert (line["status"], line["code"], line["level"]) == (401, "TOKEN_EXPIRED", "INFO")
    assert line["reason"].startswith("exp token=")
    assert line["db_round_trips"] == 0
    assert "user" not in line


def test_an_unexpected_error_leaves_its_trace_in_the_same_line(
    alice: Api, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.TaskStore, "list", lambda *_: 1 / 0)

    answer = alice.list()

    line = only_line(log)
    assert (line["status"], line["code"], line["level"]) == (500, "INTERNAL_ERROR", "ERROR")
    assert "ZeroDivisionError" in line["exception"]
    assert line["request_id"] == answer.json["error"]["request_id"]


def test_an_outage_is_a_warning_with_the_cause(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:hidden-password@127.0.0.1:1/d")
    monkeypatch.setenv("AUTH_SECRET", "local-development-secret-that-a-deployed-function-refuses")

    monkeypatch.setattr("shared.core.database.retry.LEAST_BUDGET_S", 9.0)  # one attempt
    assert Api().list().status == 503

    line = only_line(log)
    assert (line["level"], line["code"]) == ("WARNING", "SERVICE_UNAVAILABLE")
    assert line["reason"].startswith("UNSENT after")
    assert "hidden-password" not in log.getvalue()


def test_only_the_first_request_of_a_process_is_cold(
    alice: Api, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observability, "_is_cold", True)
    alice.list()
    alice.list()

    assert [json.loads(line)["cold_start"] for line in log.getvalue().splitlines()] == [True, False]


def metrics_in(line: dict[str, Any]) -> dict[tuple[str, ...], set[str]]:
    """Names of metrics by their dimensions."""
    return {
        tuple(sorted(directive["Dimensions"][0])): {metric["Name"] for metric in directive["Metrics"]}
        for directive in line["_aws"]["CloudWatchMetrics"]
    }


def test_without_a_namespace_there_are_no_metrics(alice: Api, log: io.StringIO) -> None:
    alice.list()

    assert "_aws" not in only_line(log)


def test_metrics_are_embedded_in_the_line(alice: Api, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", NAMESPACE)
    alice.list()

    line = only_line(log)
    assert metrics_in(line) == {("service",): {"Requests", "Latency", "DatabaseTime", "ColdStarts"}}
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == NAMESPACE
    assert line["Requests"] == [1.0]
    assert line["Latency"] == [line["ms"]]


def test_errors_are_counted_by_code(alice: Api, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", NAMESPACE)
    alice.create({"title": ""})

    line = only_line(log)
    assert metrics_in(line)["code", "service"] == {"Errors"}
    assert metrics_in(line)["service",] == {"Requests", "Latency", "DatabaseTime", "ColdStarts"}
    assert (line["code"], line["Errors"], line["Requests"]) == ("VALIDATION_ERROR", [1.0], [1.0])
