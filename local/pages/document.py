"""The OpenAPI document of the code as it is now, made in a process of its own: the gateway imports no function."""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from local import ROOT

_COMMAND = (sys.executable, "-m", "local", "openapi", "--json")
_MADE_FROM = ("functions", "shared", "local/openapi", "template.yaml")

_Stamp: TypeAlias = tuple[int, int]


class DocumentError(Exception):
    """It could not be made; the text has the last line that said why."""


class Document:
    """Made when it is asked for, and again when a file that it is made from has changed."""

    def __init__(self, root: Path = ROOT, command: Sequence[str] = _COMMAND) -> None:
        self._root, self._command = root, command
        self._made: tuple[_Stamp, dict[str, Any]] | None = None
        self._making = asyncio.Lock()

    async def current(self) -> dict[str, Any]:
        """The document.

        Raises:
            DocumentError: a function does not import, or is not described.
        """
        async with self._making:
            stamp = self._stamp()
            if self._made is None or self._made[0] != stamp:
                self._made = (stamp, await self._make())
            return self._made[1]

    def _stamp(self) -> _Stamp:
        """Of the files: how many, and when one was changed last."""
        changed = [path.stat().st_mtime_ns for path in self._files()]
        return len(changed), max(changed, default=0)

    def _files(self) -> Iterator[Path]:
        for name in _MADE_FROM:
            path = self._root / name
            yield from path.rglob("*.py") if path.is_dir() else [path]

    async def _make(self) -> dict[str, Any]:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*self._command, cwd=self._root, stdout=pipe, stderr=pipe)
        out, err = await process.communicate()
        if process.returncode:
            lines = err.decode(errors="replace").strip().splitlines()
            raise DocumentError(f"there is no document: {lines[-1] if lines else process.returncode}")
        made: dict[str, Any] = json.loads(out)
        return made
