"""What is counted by the minute, tested within one."""

import time

import psycopg
import pytest

_SETTING = "RATE_LIMIT_PER_MINUTE"
# What a test takes at most, a statement that runs into its two seconds among it.
_LONG_ENOUGH_S = 6


def limit(patch: pytest.MonkeyPatch, requests: int) -> None:
    """Each caller has so many requests, in a minute that does not end before the test."""
    _in_one_minute()
    patch.setenv(_SETTING, str(requests))


class Counter:
    """What the database counts for alice, in a minute that does not end before the test."""

    def __init__(self, superuser: psycopg.Connection) -> None:
        _in_one_minute()
        self._superuser = superuser

    @property
    def requests(self) -> int:
        row = self._superuser.execute("select requests from rate_limits where user_id = 'alice'").fetchone()
        return int(row[0]) if row else 0


def _in_one_minute() -> None:
    if (left := 60 - time.time() % 60) < _LONG_ENOUGH_S:
        time.sleep(left)
