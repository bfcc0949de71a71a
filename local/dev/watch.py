"""Which files were saved: written, renamed over, made or deleted."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

# Milliseconds without another change after which those that came are told; a file in parts may be told in parts.
_QUIET_MS = 5
_LONGEST_MS = 100
_ignored = DefaultFilter()


async def saved_files(directories: Iterable[Path]) -> AsyncIterator[set[Path]]:
    """Modules in and below these, a set at a time."""
    found = awatch(*directories, watch_filter=_is_module, step=_QUIET_MS, debounce=_LONGEST_MS)
    async for changes in found:
        yield {Path(path) for _, path in changes}


async def saves_of(file: Path) -> AsyncIterator[None]:
    """Once for each time that a file was saved. Its folder is watched: to rename over a file ends a watch of it."""

    def is_it(_: Change, path: str) -> bool:
        return Path(path).name == file.name

    async for _ in awatch(file.parent, watch_filter=is_it, recursive=False):
        yield


def _is_module(change: Change, path: str) -> bool:
    return path.endswith(".py") and _ignored(change, path)
