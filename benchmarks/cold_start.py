"""What a fresh process needs until its handler is there: the package of this project, and the usual one."""

import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.measure import by_turns, table
from benchmarks.package import Package, compile_files, without_bytecode
from local import ROOT

_IMPORT = """
import sys, time
sys.path[:0] = sys.argv[2:]
sys.dont_write_bytecode = True
started = time.perf_counter()
import importlib
importlib.import_module(sys.argv[1])
print((time.perf_counter() - started) * 1000)
"""


def report(rounds: int, package: Package, directory: Path) -> str:
    """Variants of the package go into the directory."""
    without, libraries, usual = directory / "without", package.libraries_as_files, _peer(directory)
    without_bytecode(libraries, without)
    variants = {
        "the usual stack, without bytecode": partial(_import, "peers.tutorial", [usual, without]),
        "the usual stack, with bytecode": partial(_import, "peers.tutorial", [usual, libraries]),
        "this project, expressions compiled at import": partial(
            _import,
            "functions.list_tasks",
            [package.function, _with_expressions(directory), package.libraries / "python"],
        ),
        "this project": partial(_import, "functions.list_tasks", package.directories),
    }
    figures = by_turns(variants, rounds=rounds)
    return table("Cold start: import of GET /api/tasks", "ms", figures, base="this project")


def _peer(directory: Path) -> Path:
    target = directory / "usual"
    shutil.copytree(ROOT / "benchmarks" / "peers", target / "peers", ignore=shutil.ignore_patterns("__pycache__"))
    return target


def _with_expressions(directory: Path) -> Path:
    """The core as it is in the source tree, with bytecode."""
    target = directory / "expressions"
    shutil.copytree(ROOT / "shared", target / "shared", ignore=shutil.ignore_patterns("__pycache__"))
    compile_files(target)
    return target


def _import(module: str, paths: list[Path]) -> float:
    command = [sys.executable, "-I", "-S", "-c", _IMPORT, module, *map(str, paths)]
    environment = {"TUTORIAL_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1/none"}
    return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
