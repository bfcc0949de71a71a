"""A layer's bytecode in one file instead of one for each module: every file that a cold start opens, it waits for.

The build writes it beside the modules (local/build/archive.py). They stay importable as files: their sources are what
`__file__` and `__path__` name and tracebacks quote, and what Python compiles where the archive is another Python's.

    magic number of the bytecode, 4 bytes; length of the index, 4 bytes, little-endian; the index, JSON; the content
    {"texts": bytes after the index, "ahead": likewise, "objects": ["pydantic_core/_pydantic_core....so", …],
     "modules": {"fastapi/openapi": {"models": [is it a package, offset after the index, length], …}, …}}

First comes what is compiled of code that modules hold as text (texts.py), marshalled, then what the functions import.
The system reads it, and large shared objects, while other things are imported.
"""

import json
import marshal
import os
import sys
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
)
from importlib.util import MAGIC_NUMBER, spec_from_file_location
from types import CodeType, ModuleType
from typing import Any, NamedTuple

# One for each layer: Lambda unpacks them all into one directory.
NAMES = ("dependencies.modules", "shared.modules")
HEAD = 8


class Bytecode(NamedTuple):
    """Where a module's is: in an open file, so many bytes from an offset on."""

    is_package: bool
    file: int
    offset: int
    length: int

    def read(self) -> bytes:
        return os.pread(self.file, self.length, self.offset)


Directory = dict[str, Bytecode]
Texts = dict[str, CodeType]


class Archive(NamedTuple):
    directories: dict[str, Directory]
    texts: Texts


def import_from_archives() -> Texts:
    """Where `sys.path` leads to an archive, take bytecode from there. Gives what is compiled of texts."""
    directories: dict[str, Directory] = {}
    texts: Texts = {}
    for root in sys.path:
        for name in NAMES:
            archive = open_archive(os.path.join(root, name))  # noqa: PTH118  # pathlib is not loaded
            texts |= archive.texts
            for relative, modules in archive.directories.items():
                path = os.path.join(root, relative) if relative else root  # noqa: PTH118
                directories.setdefault(path, {}).update(modules)
    if directories:
        sys.path_hooks.insert(0, lambda path: _Finder(path, directories))
    for path in directories:
        sys.path_importer_cache.pop(path, None)
    return texts


def open_archive(path: str) -> Archive:
    """The modules, by directories; empty if there is no archive, or one of another Python."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return Archive({}, {})
    head = os.pread(file, HEAD, 0)
    if head[:4] != MAGIC_NUMBER:
        os.close(file)
        return Archive({}, {})
    length = int.from_bytes(head[4:], "little")
    index: dict[str, Any] = json.loads(os.pread(file, length, HEAD))
    start = HEAD + length
    if sys.platform == "linux":  # as Lambda is, and not every developer's machine
        os.posix_fadvise(file, start, index["ahead"], os.POSIX_FADV_WILLNEED)
        for name in index["objects"]:
            _read_ahead(os.path.join(os.path.dirname(path), name))  # noqa: PTH118, PTH120
    texts: Texts = marshal.loads(os.pread(file, index["texts"], start))  # noqa: S302  # bytecode, as all else in it
    directories = {
        directory: {name: Bytecode(package, file, start + at, size) for name, (package, at, size) in modules.items()}
        for directory, modules in index["modules"].items()
    }
    return Archive(directories, texts)


if sys.platform == "linux":

    def _read_ahead(path: str) -> None:
        """Let the system begin to read a whole file: who imports it then need not wait for piece after piece."""
        try:
            file = os.open(path, os.O_RDONLY)
        except OSError:
            return  # who imports it will say so
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_WILLNEED)
        os.close(file)


class _Finder(FileFinder):
    """Of one directory of the layer: what is not in the archive is looked for as ever."""

    def __init__(self, path: str, directories: dict[str, Directory]) -> None:
        if path not in directories:
            raise ImportError(path)  # so that other hooks are asked
        super().__init__(path, (ExtensionFileLoader, EXTENSION_SUFFIXES), (SourceFileLoader, SOURCE_SUFFIXES))
        self._modules = directories[path]

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None:
        name = fullname.rpartition(".")[2]
        bytecode = self._modules.get(name)
        if bytecode is None:
            return super().find_spec(fullname, target)
        place = os.path.join(self.path, name)  # noqa: PTH118
        source = os.path.join(place, "__init__.py") if bytecode.is_package else f"{place}.py"  # noqa: PTH118
        loader = _Loader(fullname, source, bytecode)
        within = [place] if bytecode.is_package else None
        return spec_from_file_location(fullname, source, loader=loader, submodule_search_locations=within)


class _Loader(SourceFileLoader):
    """As from files, except for what it reads where the bytecode's file would be."""

    def __init__(self, fullname: str, path: str, bytecode: Bytecode) -> None:
        super().__init__(fullname, path)
        self._bytecode = bytecode

    def path_stats(self, path: str) -> dict[str, Any]:  # noqa: ARG002
        return {"mtime": 0, "size": 0}  # not compared: the bytecode is not checked against its source

    def get_data(self, path: str) -> bytes:
        return self._bytecode.read() if path.endswith(".pyc") else super().get_data(path)
