"""An archive of bytecode, written by the build and read by the functions: only where bytecode is read changes."""

import compileall
import importlib
import inspect
import json
import marshal
import os
import pkgutil
import sys
import traceback
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec, PathFinder
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from py_compile import PycInvalidationMode
from types import CodeType

import pytest

from local.build import BuildError
from local.build.archive import archive_bytecode
from shared.core.startup.archive import HEAD, import_from_archives

SOURCES = {
    "boxed/__init__.py": "from boxed.within import deep\n",
    "boxed/within/__init__.py": "",
    "boxed/within/deep.py": "def fail():\n    raise ValueError('deep')\n",
    "boxed/shadowed.py": "FROM = 'the source, not the shared object'\n",
    "boxed_alone.py": "NUMBER = 1\n",
    "boxed_space/part.py": "NUMBER = 2\n",
}
MODULES = ("boxed", "boxed.within", "boxed.within.deep", "boxed_alone", "boxed_space.part")
EARLY = (
    *("shared/__init__.py", "shared/core/__init__.py"),
    *("shared/core/startup/__init__.py", "shared/core/startup/archive.py"),
)


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    """Modules with bytecode, a shared object of the name of one of them, and data."""
    for name, source in {**SOURCES, **dict.fromkeys(EARLY, "")}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source)
    (tmp_path / "boxed" / f"shadowed{EXTENSION_SUFFIXES[0]}").write_bytes(b"")
    (tmp_path / "boxed" / "data.txt").write_text("data")
    compileall.compile_dir(tmp_path, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    return tmp_path


@pytest.fixture
def on_path(layer: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The layer, where imports find it; afterwards nobody has heard of it."""
    monkeypatch.syspath_prepend(layer)
    monkeypatch.setattr(sys, "path_hooks", [*sys.path_hooks])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield layer
    forget(layer)


def forget(layer: Path) -> None:
    for name in [name for name in sys.modules if name.startswith("boxed")]:
        del sys.modules[name]
    for path in [path for path in sys.path_importer_cache if path.startswith(str(layer))]:
        del sys.path_importer_cache[path]


def archived(layer: Path) -> None:
    assert PathFinder.find_spec("boxed") is not None  # Python remembers who finds what is in a directory
    archive_bytecode(layer, "shared.modules")
    import_from_archives()


def spec_of(name: str) -> ModuleSpec:
    path = None
    if parent := name.rpartition(".")[0]:
        path = importlib.import_module(parent).__path__
    spec = PathFinder.find_spec(name, path)
    assert spec is not None
    return spec


def without_loader(spec: ModuleSpec) -> dict[str, object]:
    return {name: value for name, value in vars(spec).items() if name != "loader"} | {"cached": spec.cached}


@pytest.mark.parametrize("name", [*MODULES, "boxed.shadowed"])
def test_module_is_what_it_is_as_a_file(name: str, on_path: Path) -> None:
    as_file = without_loader(spec_of(name))
    forget(on_path)

    archived(on_path)

    assert without_loader(spec_of(name)) == as_file


def test_bytecode_is_the_one_that_the_file_held(on_path: Path) -> None:
    files = {path: path.read_bytes() for path in on_path.rglob("*.pyc")}

    archived(on_path)

    moved = {path: content for path, content in files.items() if not path.exists()}
    read = {Path(spec.cached or ""): spec.loader.get_data(spec.cached) for spec in map(spec_of, MODULES)}  # type: ignore[union-attr]
    assert read == moved


def test_what_is_imported_before_an_archive_is_looked_for_keeps_its_file(layer: Path) -> None:
    (layer / "shared" / "core" / "startup" / "later.py").write_text("")
    compileall.compile_dir(layer, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)

    archive_bytecode(layer, "shared.modules")

    left = {str(path.relative_to(layer).parent.parent / path.name.split(".")[0]) for path in layer.rglob("*.pyc")}
    assert left == {*(name.removesuffix(".py") for name in EARLY), "boxed/shadowed"}


def test_sources_are_not_compiled_where_there_is_bytecode(on_path: Path) -> None:
    archived(on_path)
    for source in on_path.rglob("boxed*/**/*.py"):
        source.write_text("raise AssertionError")

    importlib.import_module("boxed")


def test_error_is_told_as_from_files(on_path: Path) -> None:
    def told() -> str:
        module = importlib.import_module("boxed.within.deep")
        with pytest.raises(ValueError, match="deep") as failure:
            module.fail()
        return "".join(traceback.format_tb(failure.tb)[1:])

    as_files = told()
    forget(on_path)
    archived(on_path)

    assert told() == as_files
    assert f'File "{on_path}/boxed/within/deep.py", line 2, in fail' in as_files


def test_archive_of_another_python_is_passed_over(on_path: Path) -> None:
    archive_bytecode(on_path, "shared.modules")
    content = (on_path / "shared.modules").read_bytes()
    assert content[:4] == MAGIC_NUMBER
    (on_path / "shared.modules").write_bytes(bytes(4) + content[4:])
    hooks = [*sys.path_hooks]

    import_from_archives()

    assert sys.path_hooks == hooks
    assert importlib.import_module("boxed.within.deep").__file__ == str(on_path / "boxed" / "within" / "deep.py")


def test_bytecode_of_another_python_in_the_archive_is_not_run(on_path: Path) -> None:
    """As from a file: it has a magic number of its own."""
    archive_bytecode(on_path, "shared.modules")
    path = on_path / "shared.modules"
    content = bytearray(path.read_bytes())
    start = HEAD + int.from_bytes(content[4:HEAD], "little")
    _, at, _ = json.loads(content[HEAD:start])["modules"]["boxed/within"]["deep"]
    content[start + at : start + at + 4] = bytes(4)
    path.write_bytes(content)
    import_from_archives()

    assert inspect.isfunction(importlib.import_module("boxed.within.deep").fail)


def test_what_is_not_in_the_archive_is_found_beside_it(on_path: Path) -> None:
    archived(on_path)
    (on_path / "boxed" / "later.py").write_text("NUMBER = 3\n")

    assert importlib.import_module("boxed.later").NUMBER == 3
    assert pkgutil.get_data("boxed", "data.txt") == b"data"
    assert "raise ValueError" in inspect.getsource(importlib.import_module("boxed.within.deep"))
    names = {module.name for module in pkgutil.iter_modules(importlib.import_module("boxed").__path__)}
    assert names == {"within", "shadowed", "later"}


def test_two_layers_in_one_directory_are_both_read(on_path: Path) -> None:
    archive_bytecode(on_path, "shared.modules")
    (on_path / "boxed_late.py").write_text("NUMBER = 4\n")
    compileall.compile_dir(on_path, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    for kept in [path for path in on_path.rglob("*.pyc") if "boxed_late" not in path.name]:
        kept.unlink()
    archive_bytecode(on_path, "dependencies.modules")

    import_from_archives()

    assert {type(spec_of(name).loader).__name__ for name in ("boxed_late", "boxed_alone")} == {"_Loader"}


def test_first_directory_of_the_path_is_the_first_to_be_asked(
    on_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    archived(on_path)
    before = tmp_path_factory.mktemp("before")
    (before / "boxed_alone.py").write_text("NUMBER = 5\n")
    monkeypatch.syspath_prepend(before)

    assert importlib.import_module("boxed_alone").NUMBER == 5


def test_same_modules_make_the_same_archive(layer: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    for path in sorted((path for path in layer.rglob("*") if path.is_file()), reverse=True):
        target = other / path.relative_to(layer)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        os.utime(target, (0, 0))

    for directory in (layer, other):
        archive_bytecode(directory, "shared.modules")

    assert (layer / "shared.modules").read_bytes() == (other / "shared.modules").read_bytes()


def test_archive_that_nobody_would_look_for_is_refused(layer: Path) -> None:
    with pytest.raises(BuildError, match=r"other\.modules is not one of the archives"):
        archive_bytecode(layer, "other.modules")


def test_what_is_compiled_of_texts_comes_with_it(on_path: Path) -> None:
    archive_bytecode(on_path, "shared.modules", {"boxed.within"}, {"a = 1", "b = 2"})

    texts = import_from_archives()

    for text in ("a = 1", "b = 2"):
        assert texts.pop(text) == compile(text, "<string>", "exec")
    assert texts == {}
    assert inspect.isfunction(importlib.import_module("boxed.within.deep").fail)


def test_texts_are_not_compiled_by_another_python_than_the_modules(on_path: Path) -> None:
    for path in on_path.rglob("*.pyc"):
        path.write_bytes(bytes(4) + path.read_bytes()[4:])

    archive_bytecode(on_path, "shared.modules", (), {"a = 1"})

    content = (on_path / "shared.modules").read_bytes()
    start = HEAD + int.from_bytes(content[4:HEAD], "little")
    assert marshal.loads(content[start:]) == {}  # noqa: S302


def test_whole_bytecode_files_are_in_it(layer: Path) -> None:
    """With the head by which Python tells whether it may run them."""
    archive_bytecode(layer, "shared.modules")

    content = (layer / "shared.modules").read_bytes()
    start = HEAD + int.from_bytes(content[4:HEAD], "little")
    index = json.loads(content[HEAD:start])
    for modules in index["modules"].values():
        for _, at, length in modules.values():
            compiled = content[start + at : start + at + length]
            assert compiled[:4] == MAGIC_NUMBER
            assert isinstance(marshal.loads(compiled[16:]), CodeType)  # noqa: S302


def test_what_is_imported_first_lies_at_the_beginning(layer: Path) -> None:
    archive_bytecode(layer, "shared.modules", {"boxed.within", "boxed_space.part", "not.there"})

    content = (layer / "shared.modules").read_bytes()
    index = json.loads(content[HEAD : HEAD + int.from_bytes(content[4:HEAD], "little")])
    first = {
        f"{directory}/{name}".strip("/"): at + size
        for directory, modules in index["modules"].items()
        for name, (_, at, size) in modules.items()
        if at < index["ahead"]
    }
    assert first.keys() == {"boxed/within", "boxed_space/part"}
    assert max(first.values()) == index["ahead"]


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux to read ahead")
def test_what_is_read_ahead_are_the_first_modules_and_large_shared_objects(
    on_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (on_path / "boxed.libs").mkdir()
    large = [on_path / name for name in ("boxed/large.cpython.so", "boxed.libs/large.so.3")]
    for path in (*large, on_path / "boxed" / "never.cpython.so"):
        path.write_bytes(bytes(500_000))
    (on_path / "boxed.libs" / "small.so").write_bytes(b"")
    archive_bytecode(on_path, "shared.modules", {"boxed_alone", "boxed.large"})
    content = (on_path / "shared.modules").read_bytes()
    asked: dict[str, tuple[int, int]] = {}

    def advise(file: int, offset: int, length: int, advice: int) -> None:
        assert advice == os.POSIX_FADV_WILLNEED
        asked[Path(f"/proc/self/fd/{file}").readlink().name] = (offset, length)

    monkeypatch.setattr(os, "posix_fadvise", advise)
    import_from_archives()

    start = HEAD + int.from_bytes(content[4:HEAD], "little")
    ahead = json.loads(content[HEAD:start])["ahead"]
    assert asked == {"shared.modules": (start, ahead)} | {path.name: (0, 0) for path in large}
    assert content[start:][:ahead].count(MAGIC_NUMBER) == 1


def test_a_shared_object_that_is_gone_is_no_fault_of_the_archive(on_path: Path) -> None:
    large = on_path / "boxed" / "large.so"
    large.write_bytes(bytes(500_000))
    archive_bytecode(on_path, "shared.modules", {"boxed.large"})
    large.unlink()

    import_from_archives()

    assert importlib.import_module("boxed_alone").NUMBER == 1
