"""The line of a request is the one that Powertools' own Logger and Metrics would have written, byte for byte."""

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import EphemeralMetrics
from fastapi.routing import APIRoute

from shared.core import SERVICE, observability
from shared.core.auth.verifier import Caller
from shared.core.database.session import Usage
from shared.core.errors import NotFound, ServiceUnavailable, Unauthorized, status_and_code
from shared.core.observability import RequestFormatter, log_request, logger
from shared.core.settings import ConfigurationError
from tests.unit.core.test_errors import every_error

METRICS = {"POWERTOOLS_METRICS_NAMESPACE": "TasksApi/test"}
ENVIRONMENTS: Mapping[str, Mapping[str, str]] = {
    "bare": {},
    "metrics": METRICS,
    "traced": METRICS | {"_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047"},
    "sampled": METRICS | {"POWERTOOLS_LOGGER_SAMPLE_RATE": "1"},
    "indented": METRICS | {"POWERTOOLS_DEV": "true"},
}
ERRORS: Mapping[str, Exception | None] = {
    "none": None,
    **{error.__name__: error() for error in every_error()},
    "with a reason": ServiceUnavailable(reason='ä "quoted"\n€ line \x00 \U0001f600 </script>'),
    "settings": ConfigurationError(["AUTH_SECRET has 3 bytes", "DATABASE_URL is not set"]),
    "defect": RuntimeError("a defect"),
}
MEMBERS_OF_A_RECORD = frozenset(logging.makeLogRecord({}).__dict__)


class Keeper(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def records() -> Iterator[list[logging.LogRecord]]:
    """What was handed to the formatter."""
    handler = Keeper()
    logger.addHandler(handler)
    yield handler.records
    logging.getLogger(SERVICE).removeHandler(handler)


def request_with(error: Exception | None, *, known: bool = True) -> dict[str, Any]:
    """The scope of a request that ended so; of one that is not `known`, neither route nor caller was found."""
    state: dict[str, Any] = {"request_id": "JKJaXmPLvHcESHA="} | ({"error": error} if error else {})
    if known:
        usage = Usage(round_trips=1, ms=0.614, reconnected=True)
        state |= {"caller": Caller("alice", None, None, 0.0), "session": SimpleNamespace(usage=usage)}
    return {"method": "GET", "state": state} | ({"route": APIRoute("/", lambda: None)} if known else {})


def write(error: Exception | None, *, known: bool = True) -> None:
    if error:
        with suppress(type(error)):  # it has a trace once it was raised
            raise error.with_traceback(None)
    status = status_and_code(type(error))[0] if error else 200
    log_request(request_with(error, known=known), status=status, ms=1.25)


def formatter(ours: RequestFormatter | None = None) -> Any:
    """As a Logger of the service sets it up, in the environment as it is; Powertools' own without another."""
    made = Logger(service="another", logger_formatter=ours)
    del logging.Logger.manager.loggerDict["another"]
    made.append_keys(service=SERVICE)
    return made.registered_formatter


def by_powertools(record: logging.LogRecord) -> str:
    """The line, had the fields been handed to Powertools, and the figures among them to its Metrics."""
    extra = {name: value for name, value in record.__dict__.items() if name not in MEMBERS_OF_A_RECORD}
    given: Mapping[str, Any] = extra.pop("request", extra)
    fields = {name: value for name, value in given.items() if name[0].islower() and name != "service"}
    if "_aws" in given:
        fields |= metrics_of(fields, given["_aws"]["Timestamp"])
    members = {name: value for name, value in record.__dict__.items() if name in MEMBERS_OF_A_RECORD}
    line: str = formatter().format(logging.makeLogRecord(members | fields))
    return line


def metrics_of(fields: Mapping[str, Any], timestamp: int) -> dict[str, Any]:
    metrics = EphemeralMetrics(service=SERVICE)
    metrics.set_timestamp(timestamp)
    metrics.add_metric("Requests", "Count", 1)
    metrics.add_metric("Latency", "Milliseconds", fields["ms"])
    metrics.add_metric("DatabaseTime", "Milliseconds", fields["db_ms"])
    metrics.add_metric("ColdStarts", "Count", int(fields["cold_start"]))
    of_all: dict[str, Any] = dict(metrics.serialize_metric_set())
    if "code" not in fields:
        return of_all
    errors = EphemeralMetrics(service=SERVICE)
    errors.add_dimension("code", fields["code"])
    errors.add_metric("Errors", "Count", 1)
    of_errors: dict[str, Any] = dict(errors.serialize_metric_set())
    # CloudWatch takes many directives from one line; Powertools would write one line for each.
    of_all["_aws"]["CloudWatchMetrics"].insert(0, *of_errors.pop("_aws")["CloudWatchMetrics"])
    return of_all | of_errors


@pytest.mark.filterwarnings("ignore:POWERTOOLS_DEV")
@pytest.mark.parametrize("settings", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_a_line_is_powertools_own(
    error: Exception | None,
    settings: Mapping[str, str],
    records: list[logging.LogRecord],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    for is_cold in (True, False):
        monkeypatch.setattr(observability, "_is_cold", is_cold)
        write(error)
        write(error, known=False)

    lines = [formatter(RequestFormatter()).format(record) for record in records]
    assert lines == [by_powertools(record) for record in records]
    assert [json.loads(line)["cold_start"] for line in lines] == [True, False, False, False]


def test_a_line_from_within_a_task_is_powertools_own(log: io.StringIO, records: list[logging.LogRecord]) -> None:
    async def serve() -> None:
        write(None)

    asyncio.run(serve())

    (record,) = records
    assert log.getvalue() == by_powertools(record) + "\n"


def test_keys_that_are_added_to_the_logger_are_in_the_line_of_a_request(log: io.StringIO) -> None:
    logger.append_keys(version="7")
    try:
        write(None)
    finally:
        logger.remove_keys(["version"])

    assert json.loads(log.getvalue())["version"] == "7"


def test_what_is_not_a_request_is_left_to_powertools(records: list[logging.LogRecord]) -> None:
    logger.info("purged", extra={"buckets": 3})
    logger.warning('{"a": 1}', extra={"reason": "AccessDenied"})
    try:
        json.loads("{")
    except ValueError:
        logger.exception("unreadable event")

    ours, stock = formatter(RequestFormatter()), formatter()
    assert [ours.format(record) for record in records] == [stock.format(record) for record in records]
    assert len(records) == 3


@pytest.mark.parametrize(
    ("level", "written"),
    [
        (logging.DEBUG, ["INFO", "WARNING", "ERROR"]),
        (logging.INFO, ["INFO", "WARNING", "ERROR"]),
        (logging.WARNING, ["WARNING", "ERROR"]),
        (logging.ERROR, ["ERROR"]),
    ],
)
def test_the_loggers_level_holds_for_requests(level: int, written: list[str], log: io.StringIO) -> None:
    logs, before = logging.getLogger(SERVICE), logger.log_level
    logs.setLevel(level)
    try:
        for error in (Unauthorized(), ServiceUnavailable(), RuntimeError()):
            write(error)
    finally:
        logs.setLevel(before)

    assert [json.loads(line)["level"] for line in log.getvalue().splitlines()] == written


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_what_a_line_says_of_metrics_is_in_it(
    error: Exception | None, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudWatch says nothing of a metric or dimension that it does not find, and draws nothing."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "TasksApi/test")
    write(error)

    line = json.loads(log.getvalue())
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert all(isinstance(line[metric["Name"]][0], float) for metric in directive["Metrics"])
        assert all(isinstance(line[name], str) for dimensions in directive["Dimensions"] for name in dimensions)


def counted(function: Callable[..., Any], calls: list[str]) -> Callable[..., Any]:
    def count(*args: Any, **options: Any) -> Any:
        calls.append(function.__name__)
        return function(*args, **options)

    return count


def test_powertools_is_not_asked_at_each_request(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "TasksApi/of-this-test")
    asked: list[str] = []
    for cls, method in ((EphemeralMetrics, "serialize_metric_set"), (LambdaPowertoolsFormatter, "format")):
        monkeypatch.setattr(cls, method, counted(getattr(cls, method), asked))
    for _ in range(20):
        write(None)
        write(NotFound())

    assert len(log.getvalue().splitlines()) == 40
    assert asked == ["serialize_metric_set"] * 3
