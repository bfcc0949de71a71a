"""How long this invocation may still take."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

# What answering, logging and the trip back cost once the database has spoken.
_ANSWER_MARGIN_S = 0.5
# A promise to clients: no answer takes longer, whatever a function's time-out is set to.
LONGEST_S = 9.5


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in monotonic time, in seconds; everything that waits for a request takes one."""

    at: float
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> "Deadline":
        return cls(clock() + seconds, clock)

    @classmethod
    def of_invocation(cls, context: Any, *, longest: float = LONGEST_S) -> "Deadline":
        """From a Lambda context; `longest`, in seconds, where there is none (another server, a test client)."""
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        if remaining is None:
            return cls.after(longest)
        return cls.after(min(remaining() / 1000 - _ANSWER_MARGIN_S, longest))

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at - self.clock())
