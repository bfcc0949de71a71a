"""Timing of variants by turns, so that what else the machine does falls on all of them alike."""

import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Variant = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one variant, in one unit: the median of its rounds, and the lowest and the highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> "Figures":
        return cls(statistics.median(values), min(values), max(values))


def by_turns(variants: Mapping[str, Variant], *, rounds: int) -> dict[str, Figures]:
    """Each variant once per round; each gives one value. The first round warms up and is not counted."""
    values: dict[str, list[float]] = {name: [] for name in variants}
    names = list(variants)
    for number in range(rounds + 1):
        for name in names if number % 2 else reversed(names):
            value = variants[name]()
            if number:
                values[name].append(value)
    return {name: Figures.of(found) for name, found in values.items()}


def repeated(act: Callable[[], object], *, times: int) -> Variant:
    """Milliseconds of processor time that one call takes, over this many."""

    def measured() -> float:
        started = time.process_time()
        for _ in range(times):
            act()
        return (time.process_time() - started) * 1000 / times

    return measured


def table(title: str, unit: str, figures: Mapping[str, Figures], *, base: str) -> str:
    """As Markdown; `base` is the variant that the others are compared with."""
    lines = [f"### {title}", "", f"| | median, {unit} | min-max | ratio |", "|---|---|---|---|"]
    for name, found in figures.items():
        ratio = found.median / figures[base].median
        lines.append(f"| {name} | {_show(found.median)} | {_show(found.low)}-{_show(found.high)} | {ratio:.2f} |")
    return "\n".join([*lines, ""])


def _show(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def machine() -> str:
    return f"Python {platform.python_version()}, {platform.system()} on {platform.machine()}"
