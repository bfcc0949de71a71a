"""Timing of variants by turns, so that what else the machine does falls on all of them alike."""

import platform
import time
from collections.abc import Callable, Mapping

from benchmarks.report.figures import Figures

Variant = Callable[[], float]


def by_turns(variants: Mapping[str, Variant], *, rounds: int) -> dict[str, Figures]:
    """Each variant once per round; each gives one value. The first round warms up and is not counted."""
    values: dict[str, list[float]] = {name: [] for name in variants}
    names = list(variants)
    for number in range(rounds + 1):
        for name in names if number % 2 else reversed(names):
            value = variants[name]()
            if number:
                values[name].append(value)
    return {name: Figures(tuple(found)) for name, found in values.items()}


def few(times: int, rounds: int) -> int:
    """How often a turn repeats what it measures: less, where a few rounds are only to show that it works."""
    return min(times, 10 * rounds)


def repeated(act: Callable[[], object], *, times: int) -> Variant:
    """Milliseconds of processor time that one call takes, over this many."""

    def measured() -> float:
        started = time.process_time()
        for _ in range(times):
            act()
        return (time.process_time() - started) * 1000 / times

    return measured


def machine() -> str:
    return f"Python {platform.python_version()}, {platform.system()} on {platform.machine()}"
