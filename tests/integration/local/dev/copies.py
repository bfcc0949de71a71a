"""A copy of what `make dev` serves, to be changed while it does, and the process that serves it."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from local import ROOT
from local.tokens.mint import mint

_SERVED = ("functions", "shared", "local", "migrations", "template.yaml", "pyproject.toml")
_LONGEST_S = 180


def copy_to(root: Path) -> Path:
    for name in _SERVED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, root / name)
    return root


class Dev:
    """`make dev` of the copy at `root`; `said` is what it has printed."""

    def __init__(self, root: Path, port: int, process: "subprocess.Popen[str]") -> None:
        self.root = root
        self.address = f"http://127.0.0.1:{port}"
        self.said: list[str] = []
        self.process = process
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {mint('alice')}"} | options.pop("headers", {})
        return httpx.request(method, self.address + path, headers=headers, timeout=_LONGEST_S, **options)

    def until(self, found: Callable[[], Any]) -> Any:
        """What is found at last; the processes have all the time that they want, this only ends what has no end."""
        end = time.monotonic() + _LONGEST_S
        while not (value := found()):
            assert time.monotonic() < end, "\n".join(self.said)
            assert self.process.poll() is None, "\n".join(self.said)
            time.sleep(0.02)
        return value

    def says(self, text: str, *, after: int = 0) -> str:
        return str(self.until(lambda: next((line for line in list(self.said)[after:] if text in line), None)))

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@contextmanager
def serving(root: Path, port: int, **environment: str) -> Iterator[Dev]:
    """Gives it when it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local", "dev"],
        cwd=root,
        env={**os.environ, "LOCAL_WORKERS": "2", "PORT": str(port), "RATE_LIMIT_PER_MINUTE": "0", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            dev = Dev(root, port, process)
            dev.says("curl ")
            yield dev
        finally:
            process.terminate()
            try:
                process.wait(_LONGEST_S)
            finally:
                process.kill()
