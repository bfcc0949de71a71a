"""Debian's Chromium without a screen: a process for a profile on the disk, or one for many contexts."""

import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

_CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(_CHROMIUM is None, reason="needs chromium: apt install chromium")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
)
# It takes commands at descriptor 3 and answers at 4.
_WITH_PIPES = ("sh", "-c", 'exec "$0" "$@" 3<&0 4>&1 </dev/null >&2')
_SECONDS_TO_OBEY = 60


@contextmanager
def browsing_alone(home: Path, url: str) -> Iterator[Path]:
    """A page in a browser of its own, which is killed at the end. It knows what those with this `home` stored."""
    with _chromium(home, [url]):
        yield _log(home)


@dataclass
class Browser:
    """One process, where a page has a context of its own: no cache, preflight or storage of another one is known."""

    process: "subprocess.Popen[bytes]"
    log: Path
    commands: int = 0
    said: bytes = field(default=b"", repr=False)

    @contextmanager
    def browsing(self, url: str) -> Iterator[Path]:
        """A page in a context of its own, which ends with the block."""
        context = self._tell("Target.createBrowserContext")["browserContextId"]
        try:
            self._tell("Target.createTarget", url=url, browserContextId=context)
            yield self.log
        finally:
            self._tell("Target.disposeBrowserContext", browserContextId=context)

    def _tell(self, method: str, **params: str) -> dict[str, Any]:
        """One command of the DevTools protocol, and its result."""
        assert self.process.stdin is not None
        self.commands += 1
        command = {"id": self.commands, "method": method, "params": params}
        self.process.stdin.write(json.dumps(command).encode() + b"\0")
        until = time.monotonic() + _SECONDS_TO_OBEY
        while (answer := json.loads(self._message(until))).get("id") != self.commands:
            pass  # an event
        assert "result" in answer, answer
        return dict(answer["result"])

    def _message(self, until: float) -> bytes:
        assert self.process.stdout is not None
        while b"\0" not in self.said:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, until - time.monotonic()))
            part = self.process.stdout.read(65536) if ready else b""
            assert part, f"the browser does not answer: {self.log.read_text()[-2000:]}"
            self.said += part
        message, _, self.said = self.said.partition(b"\0")
        return message


@contextmanager
def browser_for_many(home: Path) -> Iterator[Browser]:
    with _chromium(home, ["--remote-debugging-pipe", "--no-startup-window"], _WITH_PIPES) as process:
        yield Browser(process, _log(home))


@contextmanager
def _chromium(home: Path, arguments: Sequence[str], through: Sequence[str] = ()) -> Iterator["subprocess.Popen[bytes]"]:
    assert _CHROMIUM is not None
    home.mkdir(exist_ok=True)
    with _log(home).open("w") as output:
        process = subprocess.Popen(
            [*through, _CHROMIUM, *_FLAGS, f"--user-data-dir={home / 'profile'}", *arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(home)},
            stdin=subprocess.PIPE if through else subprocess.DEVNULL,
            stdout=subprocess.PIPE if through else output,
            stderr=output,
            bufsize=0,
            start_new_session=True,  # a group of its own, so that its helpers can be ended with it
        )
    with process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _log(home: Path) -> Path:
    return home / "log"
