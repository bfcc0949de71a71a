"""Timing of variants by turns, so that what else the machine does falls on all of them alike."""

import platform
import time
from collections.abc import Callable, Mapping

from benchmarks.report.figures import Figures, show

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


def repeated(act: Callable[[], object], *, times: int) -> Variant:
    """Milliseconds of processor time that one call takes, over this many."""

    def measured() -> float:
        started = time.process_time()
        for _ in range(times):
            act()
        return (time.process_time() - started) * 1000 / times

    return measured


def table(title: str, unit: str, figures: Mapping[str, Figures], *, base: str) -> str:
    """As Markdown; `base` is the variant that the others are compared with: the median ratio, and its middle half."""
    lines = [f"### {title}", "", f"| | median, {unit} | min-max | ratio |", "|---|---|---|---|"]
    for name, found in figures.items():
        ratios = found.ratios(figures[base])
        low, high = ratios.middle_half()
        span = f"{show(min(found.values))}-{show(max(found.values))}"
        lines.append(f"| {name} | {show(found.median)} | {span} | {ratios.median:.2f} ({low:.2f}-{high:.2f}) |")
    return "\n".join([*lines, ""])


def machine() -> str:
    return f"Python {platform.python_version()}, {platform.system()} on {platform.machine()}"
