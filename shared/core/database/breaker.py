"""A circuit breaker: a database that cannot be reached is not asked again by every request."""

import math
from dataclasses import dataclass, field

from shared.core.clocks import Clocks, Moment

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0


@dataclass(slots=True)
class Breaker:
    """Closed while connecting succeeds. A request that could not connect opens it for a pause, which doubles each time;
    the first request after the pause is a probe, and its success closes it."""

    clocks: Clocks = field(default_factory=Clocks)
    _failures: int = 0
    _opened: Moment = (0.0, 0.0)

    @property
    def probing(self) -> bool:
        """Whether the last request could not connect, so that this one is to find out, at the price of one attempt."""
        return self._failures > 0

    def seconds_left(self) -> int:
        """Whole seconds for which nobody should try; 0 when it is time to."""
        if not self._failures:
            return 0
        pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(self._failures - 1, 10))
        return max(0, math.ceil(pause - self.clocks.since(self._opened)))

    def failed(self) -> None:
        self._failures += 1
        self._opened = self.clocks.now()

    def succeeded(self) -> None:
        self._failures = 0
