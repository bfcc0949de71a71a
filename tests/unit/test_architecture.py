"""The folders show the architecture: what a reader may rely on, and import-linter's contracts cannot say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import ROOT

MOST_MODULES, MOST_LINES, MOST_LINES_OF_A_FUNCTION = 14, 220, 45
# The resource that the core was written beside. One of the user's own may be called by any word that it uses.
EXAMPLE = {"task", "tasks"}
# Names of roles and of the service.
SERVICE = re.compile(r"\btasks(_api|_purge|-api)\b")
MODULES = sorted(path for room in ("shared", "local") for path in (ROOT / room).rglob("*.py"))
FOLDERS = sorted({path.parent for path in MODULES})
CORE = sorted((ROOT / "shared" / "core").rglob("*.py"))
TABLES = sorted((ROOT / "shared" / "tables").glob("*.py"))
NOUNS = sorted(f"shared.{path.stem}" for path in (ROOT / "shared").glob("[!_]*.py"))


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def words_of(*, text: str) -> set[str]:
    return set(re.findall(r"[a-z]+(?:_[a-z]+)*", SERVICE.sub("", text).lower()))


def imported_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("path", CORE, ids=relative)
def test_the_core_names_no_resource(path: Path) -> None:
    """Comments included: what is said there of one of them is true of all, or stands in the wrong place."""
    assert words_of(text=path.read_text()) & EXAMPLE == set()


@pytest.mark.parametrize("path", [*CORE, *TABLES], ids=relative)
def test_neither_core_nor_tables_import_the_domain(path: Path) -> None:
    assert NOUNS
    assert set(imported_by(path)) & set(NOUNS) == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=relative)
def test_a_folder_has_no_more_modules_than_a_reader_can_hold(folder: Path) -> None:
    modules = [path for path in folder.glob("*.py") if path.stem != "__init__"]
    # One for each noun: as many as the product has.
    if folder not in (ROOT / "shared", ROOT / "shared" / "tables"):
        assert len(modules) <= MOST_MODULES


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_is_not_longer_than_a_reader_will_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", sorted((ROOT / "functions").glob("*.py")), ids=relative)
def test_a_function_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES_OF_A_FUNCTION


def test_a_noun_is_seen_where_it_stands() -> None:
    assert "task" in words_of(text="# what a task is") and "tasks" in words_of(text="the tasks' own")  # noqa: PT018
    assert words_of(text='role: str = "tasks_api"') == {"role", "str"}
