"""Spans where nothing records them, and where something does."""

import subprocess
import sys
import threading
from typing import Any

import pytest

from local import ROOT
from shared.core.tracing import recording, span, traced
from shared.core.tracing.trace import MOST_SPANS, Trace
from shared.core.tracing.xray import Parent, datagram
from tests.daemon import HEAD, SEGMENT, TRACE_ID

# A function from its import to an answer, and what was imported for it.
SERVED = """
import sys
from functions.health import handler
from tests.api import LambdaContext, http_event
answer = handler(http_event("GET", "/api/health", "", {}, None), LambdaContext())
print(answer["statusCode"], *sorted(name for name in sys.modules if name.startswith("shared.core.tracing.")))
"""

EVERY_FUNCTION = """
from importlib import import_module
from pkgutil import iter_modules
import functions
names = [module.name for module in iter_modules(functions.__path__)]
handlers = {name: import_module(f"functions.{name}").handler for name in names}
print(*names)
print(*(name for name, handler in handlers.items() if hasattr(handler, "__wrapped__")))
"""


def run_python(code: str, **environment: str) -> str:
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, cwd=ROOT, env={"PYTHONPATH": str(ROOT), **environment}, capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("tracing", "imported"),
    [({}, []), ({"TRACING": "off"}, []), ({"TRACING": "on"}, ["invocation", "trace", "xray"])],
    ids=["unset", "off", "on"],
)
def test_what_records_is_imported_where_it_is_wanted_alone(tracing: dict[str, str], imported: list[str]) -> None:
    answered, *modules = run_python(SERVED, **tracing).splitlines()[-1].split()
    assert answered == "200"
    assert modules == [f"shared.core.tracing.{name}" for name in imported]


def test_every_function_is_traced_where_tracing_is_on() -> None:
    done = run_python(EVERY_FUNCTION, TRACING="on")
    names, traced_ones = (line.split() for line in done.splitlines()[-2:])
    assert "purge" in names
    assert traced_ones == names


def test_where_nothing_is_traced_a_handler_is_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def handler() -> None:
        """Does nothing."""

    assert traced("request")(handler) is handler
    monkeypatch.setenv("TRACING", "on")
    assert traced("request")(handler) is not handler


def test_a_span_that_nobody_records_is_always_the_same() -> None:
    assert span("token") is span("batch", statement="x")


def recorded() -> tuple[Trace, Any]:
    trace = Trace("request")
    return trace, recording(trace)


def test_what_another_thread_does_is_no_span_of_the_request() -> None:
    trace, begun = recorded()

    def work() -> None:
        with span("dial"):
            pass

    with begun, trace.root, span("token"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    assert [each.name for each in trace.root.within] == ["token"]
    assert trace.root.within[0].within == []


def test_a_trace_has_so_many_spans_and_says_how_many_are_missing() -> None:
    trace, begun = recorded()
    with begun, trace.root:
        for number in range(MOST_SPANS + 7):
            with span("batch", statement="x" * 300, round_trip=number):
                pass

    sent = datagram(trace, Parent(TRACE_ID, SEGMENT)).decode()
    assert len(trace.root.within) == MOST_SPANS
    assert trace.root.annotations["spans_left_out"] == 7
    assert sent.startswith(HEAD)
    assert len(sent) <= 64 * 1024


def test_a_span_ends_with_its_exception_and_the_next_is_beside_it() -> None:
    trace, begun = recorded()
    with begun, trace.root:
        with pytest.raises(KeyError), span("token"), span("key set"):
            raise KeyError
        with span("batch"):
            pass

    token, batch = trace.root.within
    assert [each.name for each in token.within] == ["key set"]
    assert isinstance(token.error, KeyError)
    assert (batch.name, batch.error) == ("batch", None)
