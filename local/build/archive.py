"""Moves the bytecode of a layer's modules into one file, which `shared.core.startup.archive` describes and reads."""

import json
import marshal
from collections.abc import Collection, Iterator
from importlib.util import MAGIC_NUMBER
from pathlib import Path

from local.build import BuildError
from shared.core.startup.archive import NAMES

# What is imported before an archive is looked for, and keeps its own file.
_ARCHIVE = Path("shared/core/startup/archive.py")
# The last version that does not write what happens to be one object once: the same input gives the same bytes.
_MARSHALLED = 2
# Shared objects of so many bytes are worth a file that is opened once more.
_LARGE = 500_000


def archive_bytecode(root: Path, name: str, first: Collection[str] = (), texts: Collection[str] = ()) -> None:
    """From all directories of modules below `root`, which is on `sys.path`; the modules named in `first` come first.

    What this Python compiles of `texts` comes with them, if it is the one that has compiled the modules.

    Raises:
        BuildError: nobody would look for an archive of this name.
    """
    if name not in NAMES:
        raise BuildError(f"{name} is not one of the archives that are looked for: {', '.join(NAMES)}")
    modules: dict[str, dict[str, tuple[bool, int, int]]] = {}
    placed = sorted(_placed(root, first), key=lambda each: not each[0])
    # Each begins with the magic number of the Python that compiled it, which need not be this one.
    magic = placed[0][-1].read_bytes()[:4]
    content = bytearray(_compiled(texts if magic == MAGIC_NUMBER else ()))
    ahead = in_texts = len(content)
    for is_first, place, is_package, compiled in placed:
        bytecode = compiled.read_bytes()
        directory = "" if place.parent == Path() else str(place.parent)
        modules.setdefault(directory, {})[place.name] = (is_package, len(content), len(bytecode))
        content += bytecode
        ahead = len(content) if is_first else ahead
        compiled.unlink()
    index = {"ahead": ahead, "objects": _large_objects(root, first), "texts": in_texts, "modules": modules}
    encoded = json.dumps(index, separators=(",", ":")).encode()
    (root / name).write_bytes(magic + len(encoded).to_bytes(4, "little") + encoded + content)
    _remove_empty(root)


def _compiled(texts: Collection[str]) -> bytes:
    return marshal.dumps({text: compile(text, "<string>", "exec") for text in sorted(texts)}, _MARSHALLED)


def _placed(root: Path, first: Collection[str]) -> Iterator[tuple[bool, Path, bool, Path]]:
    """Whether it is one of the first, where it is, whether it is a package, and the file of its bytecode."""
    for source, compiled in _modules(root):
        relative = source.relative_to(root)
        is_package = relative.stem == "__init__"
        place = relative.parent if is_package else relative.with_suffix("")
        yield ".".join(place.parts) in first, place, is_package, compiled


def _large_objects(root: Path, first: Collection[str]) -> list[str]:
    """Shared objects that are one of these modules, or what wheels bring beside theirs."""
    found = (path.relative_to(root) for path in root.rglob("*.so*") if path.stat().st_size >= _LARGE)
    return sorted(str(path) for path in found if path.parent.suffix == ".libs" or _module_of(path) in first)


def _module_of(shared_object: Path) -> str:
    return ".".join([*shared_object.parent.parts, shared_object.name.partition(".")[0]])


def _modules(root: Path) -> Iterator[tuple[Path, Path]]:
    """The source of each and its bytecode; those that Python would import from another file are left alone."""
    for compiled in sorted(root.rglob("__pycache__/*.pyc")):
        source = compiled.parent.parent / f"{compiled.name.split('.')[0]}.py"
        if not _is_imported_before(source.relative_to(root)) and not any(_shared_objects(source)):
            yield source, compiled


def _is_imported_before(relative: Path) -> bool:
    return relative == _ARCHIVE or (relative.stem == "__init__" and _ARCHIVE.is_relative_to(relative.parent))


def _shared_objects(source: Path) -> Iterator[Path]:
    """Those of the same module, for any machine: Python prefers them."""
    return (path for path in source.parent.glob(f"{source.stem}.*") if path.suffix == ".so")


def _remove_empty(root: Path) -> None:
    for directory in root.rglob("__pycache__"):
        if not any(directory.iterdir()):
            directory.rmdir()
