"""Requests over loopback, on connections that are kept and as many as are under way."""

import asyncio
import time
from contextlib import suppress
from typing import Self

from benchmarks.load.request import Answer, Request

# The gateway closes one that was idle for five seconds, perhaps just when it is used again.
_LONGEST_IDLE_S = 2.0
_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class OverHttp:
    """HTTP/1.1, as much as the local gateway's answers need: a client library would cost more than the gateway."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[_Connection, float]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for (_reader, writer), _since in self._idle:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def ask(self, request: Request) -> Answer:
        connection = self._kept() or await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = connection
        try:
            writer.write(self._encode(request))
            answer = await _read(reader)
        except BaseException:
            writer.close()
            raise
        self._idle.append((connection, time.monotonic()))
        return answer

    def _kept(self) -> _Connection | None:
        """The one that was used last, so that the others may go."""
        while self._idle:
            connection, since = self._idle.pop()
            if time.monotonic() - since < _LONGEST_IDLE_S:
                return connection
            connection[1].close()
        return None

    def _encode(self, request: Request) -> bytes:
        content = request.content
        headers = {"host": f"127.0.0.1:{self._port}", **request.headers, "content-length": str(len(content))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{request.method} {request.target} HTTP/1.1\r\n{head}\r\n".encode() + content


async def _read(reader: asyncio.StreamReader) -> Answer:
    try:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in lines if line)
        body = await reader.readexactly(int(fields.get(b"content-length", b"0")))
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("it was closed in the middle of an answer") from error
    return Answer(int(first.split()[1]), body)
