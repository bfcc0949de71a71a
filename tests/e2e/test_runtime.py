"""Each built function under AWS's own runtime, against PostgreSQL: every event answered, time-outs and crashes seen.

A start of the runtime and its invocations are timed, and the figures shown after the tests; none is asserted.
"""

import json
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.build.rie import Emulator
from local.login.role import PURGE
from local.postgres.server import EmbeddedPostgres
from local.replay.events import outcome_of, reset
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.conftest import login_url
from tests.e2e.runtime import DATABASE, EMULATED, EVENTS, FUNCTIONS, Start, event
from tests.proxy import Fault, Proxy, proxy_to

pytestmark = EMULATED


@pytest.fixture
def proxied(seeded: str) -> Iterator[tuple[Proxy, str]]:
    with proxy_to(seeded) as (proxy, url):
        yield proxy, url


def lines_of(emulator: Emulator) -> list[dict[str, Any]]:
    """What the function has logged."""
    return [json.loads(line) for line in emulator.log.splitlines() if line.startswith("{")]


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def started_anew(emulator: Emulator, name: str) -> dict[str, Any]:
    """The first answer of a process that had the time for one.

    Its start is on the first request's time: on a busy machine that request may time out, be left with less than the
    second without which the database is not asked, or come while the emulator still ends the process before.
    """
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        answer = emulator.invoke(event(name).content)
        if isinstance(answer, dict) and answer.get("statusCode", 503) != 503:
            return answer
    raise AssertionError(answer)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_answers_its_events_as_expected(
    name: str, start: Start, postgres: EmbeddedPostgres, database: str, show_figures: Callable[[str], None]
) -> None:
    mine = [found for found in EVENTS if found.function.name == name]
    assert mine, f"no event in events/ is for {name}"
    faults = {}
    url = login_url(postgres, DATABASE, PURGE) if name == "PurgeFunction" else database
    with start(name, DATABASE_URL=url) as emulator:
        for replayed in mine:
            reset(postgres.url(DATABASE))
            outcome = outcome_of(replayed, emulator.invoke(replayed.content))
            faults.update({replayed.path.name: outcome.faults} if outcome.faults else {})
        loaded = emulator.mapped_files()
    assert faults == {}, emulator.log
    assert len(emulator.init_ms) == 1  # it lived through all of them
    assert any("pydantic_core" in path for path in loaded) or name == "PurgeFunction"
    assert not [path for path in loaded if "sqlalchemy" in path]
    show_figures(figures(name, emulator))


def figures(name: str, emulator: Emulator) -> str:
    first, *warm = emulator.invoke_ms
    later = f"   then {statistics.median(warm):6.1f} ms (median of {len(warm)})" if warm else ""
    return f"{name:21} init {emulator.init_ms[0]:6.0f} ms   first request {first:6.1f} ms{later}"


def test_connection_is_dialled_before_the_first_request_wants_it(start: Start, proxied: tuple[Proxy, str]) -> None:
    proxy, url = proxied
    with start("ListTasksFunction", DATABASE_URL=url) as emulator:
        # A request without a token never comes to the database.
        assert emulator.invoke(event("list_tasks_no_token").content)["statusCode"] == 401
        wait_for(lambda: [relay._set_up for relay in proxy._relays] == [True])
        flights = proxy.flights
        assert emulator.invoke(event("list_tasks").content)["statusCode"] == 200
    assert proxy.connections == 1
    assert proxy.flights == flights + 1


def test_nothing_is_dialled_early_where_that_is_switched_off(start: Start, proxied: tuple[Proxy, str]) -> None:
    proxy, url = proxied
    with start("ListTasksFunction", DATABASE_URL=url, DATABASE_DIAL_AT_INIT="off") as emulator:
        assert emulator.invoke(event("list_tasks_no_token").content)["statusCode"] == 401
        assert proxy.connections == 0
        assert emulator.invoke(event("list_tasks").content)["statusCode"] == 200
    assert proxy.connections == 1


@pytest.mark.parametrize(
    ("function", "name", "code"),
    [
        ("ListTasksFunction", "list_tasks", "SERVICE_UNAVAILABLE"),
        ("CreateTaskFunction", "create_task", "OUTCOME_UNKNOWN"),
    ],
)
def test_silent_database_is_answered_before_lambda_would_end_the_function(
    function: str, name: str, code: str, start: Start, proxied: tuple[Proxy, str]
) -> None:
    proxy, url = proxied
    with start(function, DATABASE_URL=url, AWS_LAMBDA_FUNCTION_TIMEOUT="3") as emulator:
        assert started_anew(emulator, name)["statusCode"] in (200, 201)
        starts = len(emulator.init_ms)
        proxy.fault = lambda: Fault.BLACK_HOLE
        answer = emulator.invoke(event(name).content)
        proxy.fault = lambda: Fault.NONE
        after = emulator.invoke(event(name).content)
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (503, code)
    assert after["statusCode"] in (200, 201)
    assert len(emulator.init_ms) == starts  # the same process all along


def test_function_that_hangs_is_ended_at_its_time_out_and_starts_anew(start: Start, seeded: str) -> None:
    with start("ListTasksFunction", DATABASE_URL=seeded, AWS_LAMBDA_FUNCTION_TIMEOUT="5") as emulator:
        assert started_anew(emulator, "list_tasks")["statusCode"] == 200
        starts = len(emulator.init_ms)
        emulator.signal_runtime(signal.SIGSTOP)
        timed_out = emulator.invoke(event("list_tasks").content)
        after = started_anew(emulator, "list_tasks")
    assert "timed out after 5.00 seconds" in json.dumps(timed_out)
    assert outcome_of(event("list_tasks"), after).faults == []
    assert len(emulator.init_ms) == starts + 1


def test_crash_in_a_request_fails_that_request_only(start: Start, proxied: tuple[Proxy, str]) -> None:
    proxy, url = proxied
    with start("CreateTaskFunction", DATABASE_URL=url) as emulator, ThreadPoolExecutor(1) as executor:
        assert started_anew(emulator, "create_task")["statusCode"] == 201
        starts = len(emulator.init_ms)
        proxy.fault = lambda: Fault.BLACK_HOLE
        flights = proxy.flights
        crashing = executor.submit(emulator.invoke, event("create_task").content)
        wait_for(lambda: proxy.flights > flights)
        emulator.signal_runtime(signal.SIGKILL)
        crashed = crashing.result(30)
        proxy.fault = lambda: Fault.NONE
        after = started_anew(emulator, "create_task")
    assert crashed["errorType"] == "Runtime.ExitError"
    assert outcome_of(event("create_task"), after).faults == []
    assert len(emulator.init_ms) == starts + 1


def test_log_shows_one_line_for_each_request_and_nothing_secret(start: Start, seeded: str) -> None:
    with start("ListTasksFunction", DATABASE_URL=seeded) as emulator:
        for name in ("list_tasks", "list_tasks_no_token"):
            emulator.invoke(event(name).content)
    lines = lines_of(emulator)
    assert [(line["status"], line["cold_start"]) for line in lines] == [(200, True), (401, False)]
    token = event("list_tasks").content["headers"]["authorization"].split()[1]
    for secret in (token, DEVELOPMENT_SECRET, seeded):
        assert secret not in emulator.log
