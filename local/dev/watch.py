"""Which files were saved: written, renamed over, made or deleted."""

from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

# Milliseconds without another change after which those that came are told; a file in parts may be told in parts.
_QUIET_MS = 5
_LONGEST_MS = 100
# Until then a watch that sees nothing says so.
_FIRST_MS = 500
_ignored = DefaultFilter()


async def saved_files(directories: Sequence[Path], since: float) -> AsyncIterator[set[Path]]:
    """Modules in and below these, a set at a time: whatever was saved from `since` on, in seconds of the clock."""
    found = awatch(
        *directories,
        watch_filter=_is_module,
        step=_QUIET_MS,
        debounce=_LONGEST_MS,
        rust_timeout=_FIRST_MS,
        yield_on_timeout=True,
    )
    watched = False
    async for changes in found:
        paths = {Path(path) for _, path in changes}
        if not watched:
            # From now on nothing is missed; what was saved before the watch was there is looked for.
            paths |= _saved_since(directories, since)
            watched = True
        if paths:
            yield paths


def _saved_since(directories: Iterable[Path], since: float) -> set[Path]:
    """By the time of change, which a file that is renamed over another has too."""
    modules = (path for directory in directories for path in directory.rglob("*.py"))
    return {path for path in modules if path.stat().st_ctime >= since}


async def saves_of(file: Path) -> AsyncIterator[None]:
    """Once for each time that a file was saved. Its folder is watched: to rename over a file ends a watch of it."""

    def is_it(_: Change, path: str) -> bool:
        return Path(path).name == file.name

    async for _ in awatch(file.parent, watch_filter=is_it, recursive=False):
        yield


def _is_module(change: Change, path: str) -> bool:
    return path.endswith(".py") and _ignored(change, path)
