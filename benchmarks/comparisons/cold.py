"""From the start of a process to its first answer: each contender from its package, files in memory and on disk."""

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmarks.contenders import ALL, BARE, OURS_UNLIMITED, USUAL, here
from benchmarks.database import seeded_database
from benchmarks.measure import by_turns
from benchmarks.package import build_package
from benchmarks.report.figures import Figures
from benchmarks.report.result import Bars, Result
from benchmarks.starters import PythonStarter, Starter, starter
from tests.e2e.first_answer import evict

_CONTENDERS = tuple(each for each in ALL if each is not OURS_UNLIMITED)
_MEASURED = """\
From spawn to the first answer, a list of 50 tasks, in a fresh process. The libraries of those in Python are this
project's layer with a file of bytecode for each module (Chalice's are an environment of its own); this project is its
built package. SAM's stock build ships no bytecode, hence the row without. Node has one file that esbuild made. In
Lambda a function of 1024 MB has 0.58 of a core, so expect all of it to take longer there."""
_NOTE = """\
Files, listings and shared objects. In Lambda the first read of each file comes over a network. Node's are not counted;
its package is one file."""


def measure(rounds: int) -> Result:
    with tempfile.TemporaryDirectory(prefix="tasks-bench-") as made, seeded_database() as database:
        package = build_package(Path(made))
        starters: dict[str, Starter] = {each.name: starter(each, package, database) for each in here(_CONTENDERS)}
        stock = {f"{USUAL.name}, no bytecode": starter(USUAL, package, database, bytecode=False)}
        directories = {path for each in starters.values() for path in each.directories}
        parts = (
            _compare("Files in memory", rounds, starters | stock, lambda: None),
            _compare("Files to be read from disk", rounds, starters, partial(evict, sorted(directories))),
            _opened(starters),
        )
    return Result(name="cold", title="Cold start", order=10, measured=_MEASURED, rounds=rounds, parts=parts)


def _compare(title: str, rounds: int, starters: Mapping[str, Starter], before: Callable[[], None]) -> Bars:
    variants = {name: partial(_started, each, before) for name, each in starters.items()}
    return Bars(title, "ms", by_turns(variants, rounds=rounds), base=BARE.name)


def _started(each: Starter, before: Callable[[], None]) -> float:
    before()
    return each.start()


def _opened(starters: Mapping[str, Starter]) -> Bars:
    counts = {name: Figures((each.opened(),)) for name, each in starters.items() if isinstance(each, PythonStarter)}
    return Bars("Opened in the package", "", counts, note=_NOTE)
