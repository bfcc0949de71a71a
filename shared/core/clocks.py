"""Time, in a process that may be frozen between two requests."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

# By the monotonic clock and by the wall clock.
Moment: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Clocks:
    """Monotonic time may stand still while an execution environment is frozen; wall time may jump. Either counts."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time

    def now(self) -> Moment:
        return self.monotonic(), self.wall()

    def since(self, then: Moment) -> float:
        """Seconds gone by on the clock that says more."""
        return max(now - before for now, before in zip(self.now(), then, strict=True))
