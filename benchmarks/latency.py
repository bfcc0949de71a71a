"""A database that is further away: each chunk arrives a fixed time after it was sent, however many are on their way."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import parse_qs, urlsplit

from local.gateway.listening import listen


@contextmanager
def further_away(url: str, *, one_way_s: float) -> Iterator[str]:
    """The URL through which the server of `url` (on a Unix socket) is that far away."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    path = f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}"
    listener, stop, loop = listen(0), asyncio.Event(), asyncio.new_event_loop()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(_serve(listener, path, one_way_s, stop))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"postgresql://{parts.username}@127.0.0.1:{listener.getsockname()[1]}{parts.path}?sslmode=disable"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _serve(listener: socket.socket, path: str, one_way_s: float, stop: asyncio.Event) -> None:
    """Until it is to stop; connections that are open then are cancelled with the loop."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_unix_connection(path)
        with closing(writer), closing(upstream_writer), suppress(asyncio.CancelledError):
            # On a socket of `listen` asyncio turns Nagle's algorithm off, which adds 40 ms to what comes in two parts.
            await asyncio.gather(
                _forward(reader, upstream_writer, one_way_s), _forward(upstream_reader, writer, one_way_s)
            )

    server = await asyncio.start_server(relay, sock=listener)
    await stop.wait()
    server.close()


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, one_way_s: float) -> None:
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while chunk := await reader.read(65536):
            loop.call_later(one_way_s, writer.write, chunk)
    await asyncio.sleep(one_way_s)
    writer.close()
