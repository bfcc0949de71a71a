"""From values to places in a picture, and the round numbers between."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Axis:
    """`low` is drawn at `start`, `high` at `end`, in units of the picture."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def place(self, value: float) -> float:
        low, high, value = (math.log10(each) if self.log else each for each in (self.low, self.high, value))
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        if self.log:
            return [10.0**power for power in range(round(math.log10(self.low)), round(math.log10(self.high)) + 1)]
        step = _step(self.high - self.low)
        return [self.low + step * number for number in range(int((self.high - self.low) / step + 1.001))]


def axis_over(values: list[float], start: float, end: float, *, log: bool = False) -> Axis:
    """From nothing up to a round number, or with `log` between powers of ten."""
    highest = max(values)
    if log:
        low, high = (10.0 ** math.floor(math.log10(min(values))), 10.0 ** math.ceil(math.log10(highest)))
        return Axis(low, high if high > low else low * 10, start, end, log=True)
    step = _step(highest or 1)
    return Axis(0, step * math.ceil((highest or 1) / step), start, end)


def _step(span: float) -> float:
    """A round number of which at most eight make the span."""
    unit = 10.0 ** math.floor(math.log10(span))
    return next(unit * part for part in (0.125, 0.25, 0.5, 1, 2) if span / (unit * part) <= 8)


def label(value: float) -> str:
    """A tick in few letters: 10k, 2.5M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            return f"{value / (1e3 if letter == 'k' else size):g}{letter}"
    return f"{value:g}"
