"""A built function under AWS's own runtime, without Docker: the interface emulator that the SAM CLI brings along.

It proves the package: nothing is missing, everything is found where Lambda will look for it, bytecode and all. The
emulator starts the runtime at the first invocation, takes one request at a time and dies of a second one beside it.
"""

import json
import os
import platform
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
_INVOCATIONS = "/2015-03-31/functions/function/invocations"
_START_SECONDS = 10
_ANSWER_SECONDS = 60
_INIT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
_INVOKE = re.compile(r"INVOKE RTDONE\(status: success, .*duration: ([0-9.]+)ms\)")


class EmulatorError(Exception):
    """The emulator is missing or did not start; the text is for the developer."""


@dataclass(frozen=True, slots=True)
class BuiltFunction:
    """What `make build` made of one function: the directory that becomes /var/task, and those of its layers."""

    handler: str
    directory: Path
    layers: tuple[Path, ...]

    def environment(self) -> dict[str, str]:
        """What Lambda says of where things are; a layer's `python` is on the path, behind the function."""
        paths = [self.directory, *(layer / "python" for layer in self.layers)]
        return {
            "PATH": "/usr/bin:/bin",
            "LAMBDA_TASK_ROOT": str(self.directory),
            "PYTHONPATH": ":".join(map(str, paths)),
            "PYTHONDONTWRITEBYTECODE": "1",  # the package is read-only in Lambda
            "AWS_LAMBDA_FUNCTION_NAME": self.directory.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        }


class Emulator:
    """A running emulator; made by `emulated`."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self._process = process
        self._port = port
        self._log = log

    def invoke(self, event: Any) -> Any:
        """What the function returned; for a time-out or a crash, what Lambda says of it (perhaps no JSON)."""
        connection = HTTPConnection(HOST, self._port, timeout=_ANSWER_SECONDS)
        try:
            connection.request("POST", _INVOCATIONS, json.dumps(event))
            text = connection.getresponse().read().decode()
        finally:
            connection.close()
        try:
            return json.loads(text)
        except ValueError:
            return text

    def signal_runtime(self, number: signal.Signals) -> None:
        """Send a signal to the process that runs the function."""
        for child in self._children():
            with suppress(ProcessLookupError):
                os.kill(child, number)

    def mapped_files(self) -> set[str]:
        """The shared objects that the function's process has loaded."""
        maps = [Path(f"/proc/{child}/maps").read_text() for child in self._children()]
        return {line.split()[-1] for line in "".join(maps).splitlines() if ".so" in line}

    def _children(self) -> list[int]:
        listed = Path(f"/proc/{self._process.pid}/task").glob("*/children")
        return [int(child) for path in listed for child in path.read_text().split()]

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def init_ms(self) -> list[float]:
        """How long each start of the runtime took, imports included."""
        return [float(value) for value in _INIT.findall(self.log)]

    @property
    def invoke_ms(self) -> list[float]:
        """How long each invocation took that came to its end."""
        return [float(value) for value in _INVOKE.findall(self.log)]

    def wait_until_listening(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            with suppress(OSError), socket.create_connection((HOST, self._port), timeout=1):
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise EmulatorError(f"the runtime interface emulator did not start: {self.log.strip()}")
            time.sleep(0.01)


@contextmanager
def emulated(
    function: BuiltFunction,
    environment: Mapping[str, str],
    *,
    sam_environment: Path,
    runtime: Sequence[str],
    log: Path,
) -> Iterator[Emulator]:
    """Run one function; `runtime` is the command of an interpreter with awslambdaric and nothing else.

    Raises:
        EmulatorError: it does not start.
    """
    api, port = _free_port(), _free_port()
    command = [str(emulator_program(sam_environment)), "--runtime-api-address", f"{HOST}:{api}"]
    command += ["--runtime-interface-emulator-address", f"{HOST}:{port}"]
    command += [*runtime, "-m", "awslambdaric", function.handler]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=function.directory,
            env={**function.environment(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    with process:
        emulator = Emulator(process, port, log)
        try:
            emulator.wait_until_listening()
            yield emulator
        finally:
            process.terminate()  # it ends its runtime and then itself; killed, it would leave it behind


def emulator_program(sam_environment: Path) -> Path:
    """The emulator for this machine.

    Raises:
        EmulatorError: the SAM CLI is not installed there.
    """
    arch = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    found = list(sam_environment.glob(f"lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{arch}"))
    if not found:
        raise EmulatorError("the SAM CLI, which brings the runtime interface emulator, is missing: make .venv-sam")
    return found[0]


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])
