"""The spans of a request on the terminal."""

import asyncio
import io
import socket
from collections.abc import Mapping

import pytest

from local.dev.traces import shown_traces
from local.gateway.terminal import Terminal
from shared.core.tracing import annotate, span, traced
from tests.daemon import SAMPLED


def shown(send: list[bytes] | None = None, *, wanted: bool = True) -> tuple[str, Mapping[str, str]]:
    """What the terminal says of a traced invocation, or of these datagrams; and the settings."""
    stream = io.StringIO()

    async def run() -> Mapping[str, str]:
        async with shown_traces(Terminal(stream), wanted=wanted) as settings:
            with pytest.MonkeyPatch.context() as patch:
                for name, value in {**settings, "_X_AMZN_TRACE_ID": SAMPLED}.items():
                    patch.setenv(name, value)
                if send is None:
                    traced("request")(invocation)({}, None)
            for datagram in send or []:
                host, port = settings["AWS_XRAY_DAEMON_ADDRESS"].split(":")
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                    udp.sendto(datagram, (host, int(port)))
            await asyncio.sleep(0.01)
        return settings

    settings = asyncio.run(run())
    return stream.getvalue(), settings


def invocation(_event: object, _context: object) -> None:
    with span("token"), span("key set"):
        pass
    with span("batch", statement="list_leaflets", round_trip=1):
        pass
    annotate({"method": "GET", "route": "/api/leaflets", "status": 429})


def test_spans_are_shown_as_a_tree_with_their_times() -> None:
    text, _ = shown()

    lines = text.splitlines()
    assert [line.split(" ms")[0].rstrip("0123456789.").rstrip() for line in lines] == [
        "        request",
        "          token",
        "            key set",
        "          batch",
    ]
    assert lines[0].endswith(" ms  GET /api/leaflets 429 error throttle")
    assert lines[3].endswith(" ms  list_leaflets")


JUNK = [b"", b"junk", b"\n[]", b'\n{"name": 1}', b"\n\xff", b'\n{"name":"x","end_time":"1"}']


@pytest.mark.parametrize("datagram", JUNK)
def test_what_no_function_sends_is_passed_over(datagram: bytes) -> None:
    text, _ = shown([datagram])
    assert text == ""


def test_what_it_holds_steers_no_terminal() -> None:
    text, _ = shown([b'\n{"name":"\\u001b[2J","start_time":1,"end_time":2}'])
    assert "\x1b" not in text
    assert "[2J" in text


def test_unless_it_is_wanted_functions_are_told_nothing() -> None:
    assert shown(wanted=False) == ("", {})
