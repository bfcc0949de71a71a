"""When requests are due, fixed before the first is sent: a slow answer delays no other request, nor hides its wait."""

import random
from collections.abc import Iterator


def due_times(rate: float, seconds: float, seed: int) -> Iterator[float]:
    """Seconds after the beginning, of arrivals that know nothing of each other: a Poisson process of `rate` a second.

    The same for the same seed.
    """
    gaps = random.Random(seed)
    due = gaps.expovariate(rate)
    while due < seconds:
        yield due
        due += gaps.expovariate(rate)
