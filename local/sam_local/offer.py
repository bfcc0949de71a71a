"""The embedded database, which listens on a Unix socket alone, for containers of this machine: to one login only.

Its server asks for no password, since the file system decides who reaches the socket. So this looks at who a client
says it is, and lets nobody through but the functions' login, which owns nothing.
"""

import asyncio
import fcntl
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_PROTOCOL_3 = 3
# SSLRequest and GSSENCRequest: an N says that there is neither, and the client goes on in the clear.
_ENCRYPTION = (80877103, 80877104)
_LONGEST_STARTUP = 10_000
_SIOCGIFADDR = 0x8915
_CHUNK = 64 * 1024


class OfferError(Exception):
    """A client was refused; the text says why."""


def bridge_address() -> str:
    """Where containers reach this machine: Docker's bridge on Linux; elsewhere Docker leads them to loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            found = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, struct.pack("256s", b"docker0"))
        except OSError:
            return "127.0.0.1"
    return socket.inet_ntoa(found[20:24])


@contextmanager
def offered(socket_path: str, user: str, address: str) -> Iterator[int]:
    """The port at which the server behind `socket_path` is reached by clients that log in as `user`."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(_listen(socket_path, user, address))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    ours = asyncio.current_task()
    clients = [task for task in asyncio.all_tasks() if task is not ours]
    for task in clients:
        task.cancel()
    await asyncio.gather(*clients, return_exceptions=True)


async def _listen(socket_path: str, user: str, address: str) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OfferError, OSError, asyncio.IncompleteReadError):
            startup = await _startup(reader, writer, user)
            there, back = await asyncio.open_unix_connection(socket_path)
            back.write(startup)
            await asyncio.gather(_pump(reader, back), _pump(there, writer))
        writer.close()

    return await asyncio.start_server(serve, address, 0)


async def _startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, user: str) -> bytes:
    """The client's startup message, once it is that of the user.

    Raises:
        OfferError: it is another's, or no startup message.
    """
    while True:
        head = await reader.readexactly(8)
        length, code = struct.unpack("!II", head)
        if code in _ENCRYPTION:
            writer.write(b"N")
            continue
        if not 8 < length <= _LONGEST_STARTUP or code >> 16 != _PROTOCOL_3:
            raise OfferError("not a startup message")
        rest = await reader.readexactly(length - 8)
        words = rest.rstrip(b"\0").split(b"\0")
        if dict(zip(words[::2], words[1::2], strict=False)).get(b"user") != user.encode():
            raise OfferError("another user")
        return head + rest


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    finally:
        writer.close()
