"""What became of one request, and what is made of many."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Sample:
    kind: str
    due: float
    """Seconds after the beginning: when it was to be sent."""
    ms: float
    """From `due` to the end of its answer, whenever it was sent."""
    fault: str = ""
    """What is wrong with the answer; empty for the one that was expected."""


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest of the values, which are sorted, that so many per cent do not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def hundredths(values: Iterable[float]) -> tuple[float, ...]:
    """A distribution in 101 values: its percentiles from 0 to 100."""
    ordered = sorted(values)
    return tuple(percentile(ordered, percent) for percent in range(101))


def by_kind(samples: Iterable[Sample]) -> dict[str, list[float]]:
    """The latencies, in order, of those that were answered as expected."""
    good = sorted((sample for sample in samples if not sample.fault), key=attrgetter("kind", "ms"))
    return {kind: [sample.ms for sample in group] for kind, group in groupby(good, key=attrgetter("kind"))}


def over_time(samples: Iterable[Sample], width_s: float) -> Mapping[float, list[float]]:
    """The latencies, in order, of each interval of so many seconds, by its beginning; of those without a fault."""
    found: dict[float, list[float]] = {}
    for sample in samples:
        if not sample.fault:
            found.setdefault(sample.due // width_s * width_s, []).append(sample.ms)
    return {begin: sorted(values) for begin, values in sorted(found.items())}


def faults(samples: Iterable[Sample]) -> dict[str, int]:
    """How often each occurred."""
    found: dict[str, int] = {}
    for sample in samples:
        if sample.fault:
            found[sample.fault] = found.get(sample.fault, 0) + 1
    return found
