"""The values of one variant, and what is made of them."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one variant, in one unit: a value for each round."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        return cls(tuple(values))

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        return self.quantile(95)

    @property
    def lowest(self) -> float:
        return min(self.values)

    @property
    def highest(self) -> float:
        return max(self.values)

    def quantile(self, percent: int) -> float:
        """Between two values it is as far from each as the percentage is from theirs; of one value, that value."""
        if len(self.values) == 1:
            return self.values[0]
        return statistics.quantiles(self.values, n=100, method="inclusive")[percent - 1]

    def ratios(self, base: "Figures") -> "Figures":
        """To another variant, round by round: what slowed down both is in neither."""
        return Figures(tuple(mine / other for mine, other in zip(self.values, base.values, strict=True)))

    def middle_half(self) -> tuple[float, float]:
        return self.quantile(25), self.quantile(75)

    def rounded(self) -> "Figures":
        """To four digits, of which no timing has more."""
        return Figures(tuple(float(f"{value:.4g}") for value in self.values))


def show(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
