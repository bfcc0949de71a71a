"""What is said of many files at once."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import PurePath


def by_folder(verb: str, paths: Iterable[str]) -> Iterator[str]:
    """A line for each folder: its first file by name, and how many more."""
    for folder, group in groupby(sorted(paths, key=lambda path: (_folder(path), path)), _folder):
        first, *more = group
        yield f"  {verb} {first}{f' and {len(more)} more in {folder}/' if more else ''}"


def _folder(path: str) -> str:
    return str(PurePath(path).parent)
