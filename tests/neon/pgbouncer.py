"""Debian's PgBouncer with TLS, in transaction mode, as Neon's pooled host works."""

import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from local.postgres.account import server_account
from tests.neon.certificates import Certificates

CONFIGURATION = """
[databases]
* = host={socket_directory} port=5432 user={user}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 200
query_wait_timeout = {query_wait_timeout}
server_lifetime = 3600
client_tls_sslmode = allow
client_tls_key_file = {key}
client_tls_cert_file = {certificate}
ignore_startup_parameters =
"""


class PgBouncer:
    """Runs from `with` to its end, on a free port of loopback, under an account that is not root."""

    def __init__(
        self,
        directory: Path,
        certificates: Certificates,
        socket_directory: str,
        user: str,
        query_wait_timeout: int = 120,
        pool_size: int = 3,
    ) -> None:
        """To the server it is `user`, whoever its clients are."""
        self._directory = directory
        self._certificates = certificates
        self._socket_directory = socket_directory
        self._user = user
        self._query_wait_timeout = query_wait_timeout
        self._pool_size = pool_size
        self.port = _free_port()

    def __enter__(self) -> Self:
        account = server_account()
        configuration = self._directory / "pgbouncer.ini"
        configuration.write_text(
            CONFIGURATION.format(
                socket_directory=self._socket_directory,
                user=self._user,
                port=self.port,
                query_wait_timeout=self._query_wait_timeout,
                pool_size=self._pool_size,
                key=self._certificates.key,
                certificate=self._certificates.certificate,
            )
        )
        for path in (self._directory, configuration, self._certificates.key, self._certificates.certificate):
            account.own(path)
        self._log = (self._directory / "log").open("wb")
        command = [*account.prefix, str(shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"), str(configuration)]
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._log.close()

    def _wait(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError((self._directory / "log").read_text())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
