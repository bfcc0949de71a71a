"""How much of it is done: `make test-all` does what is promised of a night, `make test` a tenth.

`HISTORY=4711 make test ARGS=tests/sync` plays one history again, in each of the ways in which it can be played.
"""

import os

_A_NIGHT = os.environ.get("TEST_ALL") == "whole"


def a_nights(number: int) -> int:
    return number if _A_NIGHT else number // 10


def seeds(first: int, number: int) -> range:
    """As many of them, or the one that is wanted."""
    wanted = os.environ.get("HISTORY")
    return range(int(wanted), int(wanted) + 1) if wanted else range(first, first + number)
