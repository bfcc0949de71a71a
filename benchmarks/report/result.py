"""The result of one comparison: what was measured, on what, and every value of every round."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from benchmarks.report.figures import Figures
from benchmarks.report.machine import Machine


@dataclass(frozen=True, slots=True)
class Bars:
    """Variants side by side: a table, and a picture with a bar for each."""

    title: str
    unit: str
    """Empty for a number of things."""
    figures: Mapping[str, Figures]
    base: str | None = None
    """The variant that the others are compared with, round by round."""
    note: str = ""
    """Markdown for the reader, without figures: they would outlive the measurement."""


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    figures: Figures


@dataclass(frozen=True, slots=True)
class Lines:
    """Series over a quantity or over time: medians as lines, with the middle half where a point has several values."""

    title: str
    unit: str
    x: str
    """The axis with its unit: `seconds`, `requests per second`."""
    series: Mapping[str, tuple[Point, ...]]
    log_x: bool = False
    log_y: bool = False
    note: str = ""


Part: TypeAlias = Bars | Lines


def today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    """As `ONLY` names it; its file is `docs/performance/NAME.json`."""
    title: str
    """The heading in the page."""
    order: int
    """Its place in the page."""
    measured: str
    """What was measured, and how, in Markdown."""
    rounds: int
    parts: tuple[Part, ...]
    machine: Machine = field(default_factory=Machine.this)
    date: str = field(default_factory=today)
