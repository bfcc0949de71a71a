"""What is counted by the minute, tested within one."""

import time

_LONG_ENOUGH_S = 5


def in_one_minute() -> None:
    """Wait where the minute would end before the test."""
    if (left := 60 - time.time() % 60) < _LONG_ENOUGH_S:
        time.sleep(left)
