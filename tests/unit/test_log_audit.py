"""The audit of every test's log sees what it is there for."""

import logging

import pytest

from tests.api import Answer, token_for
from tests.log_audit import LogAudit


@pytest.mark.parametrize(
    "line",
    [
        f"refused {token_for('alice')}",
        "cannot connect to postgresql://app:hidden@db.example.com/tasks",
        '{"title": "A secret plan"}',
    ],
)
def test_what_must_not_be_logged_is_found(line: str) -> None:
    audit = LogAudit(logging.Formatter())
    audit.observe("create_task", {"body": '{"title": "A secret plan"}'}, Answer(201, {}, ""))
    audit.emit(logging.makeLogRecord({"msg": line}))

    assert audit.findings()
    assert audit.findings() == []


@pytest.mark.parametrize("line", ["exp token=1a2b3c4d", "postgresql://app@db.example.com/tasks", "POST /api/tasks 201"])
def test_an_ordinary_line_is_not_found(line: str) -> None:
    audit = LogAudit(logging.Formatter())
    audit.emit(logging.makeLogRecord({"msg": line}))

    assert audit.findings() == []
