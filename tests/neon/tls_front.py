"""TLS from the first byte (ALPN `postgresql`), as Neon's proxy speaks it, in front of a server without TLS."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress

from tests.neon.certificates import Certificates


class TlsFront:
    """A connection that does not begin with a TLS handshake is not understood."""

    def __init__(self, certificates: Certificates, upstream: str) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificates.certificate, certificates.key)
        self._context.set_alpn_protocols(["postgresql"])
        self._upstream = upstream
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.handshakes = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)

    def close(self) -> None:
        for one in [self._listener, *self._sockets]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in [self._listener, *self._sockets]:
            one.close()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._start(self._relay, client)

    def _relay(self, raw: socket.socket) -> None:
        self._sockets.append(raw)
        with suppress(OSError):
            client = self._context.wrap_socket(raw, server_side=True)
            self._sockets.append(client)
            if client.selected_alpn_protocol() != "postgresql":
                client.close()
                return
            self.handshakes += 1
            server = socket.socket(socket.AF_UNIX)
            self._sockets.append(server)
            server.connect(self._upstream)
            self._start(_pump, server, client)
            _pump(client, server)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
