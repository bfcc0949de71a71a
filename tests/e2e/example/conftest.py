"""The example, served as `make example` serves it, once for the tests that open it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from local import ROOT
from local.example.packages import prepare
from local.postgres.server import EmbeddedPostgres
from tests.conftest import OWNER

_SECONDS_TO_SERVE = 120
_OURS = ("AUTH_", "DATABASE_", "RATE_LIMIT_", "QUOTA_")


@dataclass
class Example:
    process: "subprocess.Popen[str]"
    origin: str
    ports: tuple[int, ...]
    said: list[str] = field(default_factory=list)

    def listen(self, ready: threading.Event) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("Open http"):
                ready.set()
        ready.set()  # it has ended


@pytest.fixture(scope="package")
def example(
    postgres: EmbeddedPostgres, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Example]:
    # Not one of those that a test finds empty and leaves to the next.
    postgres.create_database("example", OWNER, template=migrated_template)
    prepare()
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        ports = tuple(each.getsockname()[1] for each in sockets)
    names = ("PORT", "AUTH_PORT", "APP_PORT")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    environment |= {name: str(port) for name, port in zip(names, ports, strict=True)}
    environment |= {"DATABASE_URL": postgres.url("example", OWNER), "LOCAL_WORKERS": "2"}
    environment["ACCOUNTS_FILE"] = str(tmp_path_factory.mktemp("accounts") / "accounts.json")
    command = [sys.executable, "-m", "local", "example"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        served, ready = Example(process, f"http://localhost:{ports[2]}", ports), threading.Event()
        threading.Thread(target=served.listen, args=(ready,), daemon=True).start()
        try:
            assert ready.wait(_SECONDS_TO_SERVE), "".join(served.said)
            assert process.poll() is None, "".join(served.said)
            yield served
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
