"""Which tests a change can have broken: those that import what was changed, directly or not.

A guess by imports: what a test starts as a process, or reads as a file, it does not see. So the tests of documents and
structure are always run, and all fast ones where something other than a module was changed. `make test` is what counts.
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import grimp

PACKAGES = ("functions", "shared", "local", "tests", "migrations", "benchmarks")
FAST = ("tests/unit/", "tests/contract/")
# Those of documents and structure, which read the files themselves.
OF_FILES = re.compile(r"tests/unit/test_\w+\.py")
SLOW = ("tests/e2e/", "tests/neon/")
# What the fast ones leave room for.
MOST_FILES = 14


@dataclass(frozen=True)
class Selection:
    files: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Imports:
    """Who imports whom; modules go by their files' paths."""

    graph: grimp.ImportGraph
    heavy: frozenset[str]
    """Test modules that are said to take seconds."""

    @classmethod
    def of(cls, root: Path) -> "Imports":
        sys.path.insert(0, str(root))
        try:
            graph = grimp.build_graph(*PACKAGES, cache_dir=None)
        finally:
            sys.path.remove(str(root))
        sources = {module: _source(root, module) for module in graph.modules}
        functions = [module for module in graph.modules if module.startswith("functions.")]
        for module, source in sources.items():
            # Handlers are imported by name, from outside; and every test has the conftests, whatever it is about.
            if "import_module(" in source and not module.startswith("shared."):
                for function in functions:
                    graph.add_import(importer=module, imported=function)
            if module.endswith(".conftest"):
                for imported in graph.find_modules_directly_imported_by(module):
                    graph.remove_import(importer=module, imported=imported)
        return cls(graph, frozenset(path_of(one) for one, text in sources.items() if "= pytest.mark.heavy" in text))

    @property
    def tests(self) -> frozenset[str]:
        return frozenset(path_of(one) for one in self.graph.modules if _is_test(one))

    def is_module(self, path: str) -> bool:
        return path.endswith(".py") and _module(path) in self.graph.modules

    def tests_of(self, path: str) -> frozenset[str]:
        """The test modules that a change of this file concerns."""
        if Path(path).name == "conftest.py":
            return frozenset(test for test in self.tests if test.startswith(path.removesuffix("conftest.py")))
        if not self.is_module(path):
            return frozenset()
        module = _module(path)
        return frozenset(path_of(one) for one in {module, *self.graph.find_downstream_modules(module)} if _is_test(one))


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def select(changed: Iterable[str], imports: Imports) -> Selection:
    """The changed tests, those that use what was changed unless there are too many slower ones, and those of files."""
    changed = list(changed)
    all_fast = {test for test in imports.tests if test.startswith(FAST)} - imports.heavy
    concerned = frozenset[str]().union(*map(imports.tests_of, changed))
    known = changed and all(map(imports.is_module, changed))
    fast = {test for test in all_fast if test in concerned or OF_FILES.fullmatch(test)} if known else all_fast
    concerned -= fast
    own = concerned.intersection(changed)
    slow = {test for test in concerned - own if test.startswith(SLOW) or test in imports.heavy}
    others = concerned - own - slow
    remarks = [f"changed: {_some(changed) or 'nothing that is left'}"]
    if len(others) > MOST_FILES:
        remarks.append(
            f"{len(others)} files of slower tests use that, which is too much for now: only fast ones are run"
        )
        others = frozenset()
    if slow:
        remarks.append(f"left to make test, for each takes many seconds: {_some(sorted(slow))}")
    return Selection(tuple(sorted(fast | own | others)), tuple(remarks))


def path_of(module: str) -> str:
    return f"{module.replace('.', '/')}.py"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 4 else ""
    return ", ".join(names[:3] if more else names) + more


def _is_test(module: str) -> bool:
    return module.startswith("tests.") and module.rpartition(".")[2].startswith("test_")


def _source(root: Path, module: str) -> str:
    path = root / path_of(module)
    return path.read_text() if path.is_file() else ""
