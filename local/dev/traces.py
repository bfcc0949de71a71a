"""`make dev TRACE=1`: the terminal in place of X-Ray's daemon. What a function sends is shown as a tree."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from local.gateway.listening import HOST
from local.gateway.terminal import Terminal

# As wide as what Terminal writes of a request before its time.
_WIDTH = 53
_SAID = ("method", "route", "status", "statement", "setting")
_FLAGS = ("error", "throttle", "fault")


@asynccontextmanager
async def shown_traces(terminal: Terminal, *, wanted: bool) -> AsyncIterator[Mapping[str, str]]:
    """Show what comes; gives the settings with which functions send it."""
    if not wanted:
        yield {}
        return
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Daemon(terminal), local_addr=(HOST, 0))
    try:
        host, port = transport.get_extra_info("sockname")
        yield {"TRACING": "on", "AWS_XRAY_DAEMON_ADDRESS": f"{host}:{port}"}
    finally:
        transport.close()


class _Daemon(asyncio.DatagramProtocol):
    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def datagram_received(self, data: bytes, _address: object) -> None:
        try:
            text = "\n".join(tree(json.loads(data.partition(b"\n")[2])))
        except (ValueError, LookupError, TypeError, AttributeError):
            return  # whoever sent it, it was no function
        self._terminal.say(text)


def tree(span: Mapping[str, Any], level: int = 4) -> Iterator[str]:
    """A line for each span, indented by what it is in."""
    annotations = span.get("annotations", {})
    words = [str(annotations[name]) for name in _SAID if name in annotations]
    words += [name for name in _FLAGS if span.get(name)]
    words += [exception["type"] for exception in span.get("cause", {}).get("exceptions", [])]
    ms = (span["end_time"] - span["start_time"]) * 1000
    yield f"{'  ' * level + span['name']:<{_WIDTH}}  {ms:>7.1f} ms  {' '.join(words)}".rstrip()
    for inner in span.get("subsegments", []):
        yield from tree(inner, level + 1)
