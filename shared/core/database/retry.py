"""The retry rule: loses no write, duplicates none.

psycopg gives no SQLSTATE for a failed connect nor for a lost connection, and 57P01 means the same whether idle or in
flight. So what may be done again is decided by the phase in which it failed, not by a code.
"""

import random
import time
from collections.abc import Callable
from enum import Enum, auto

import psycopg

from shared.core.deadline import Deadline

MAX_ATTEMPTS = 4
# An attempt that cannot end in time only adds load and doubt.
LEAST_BUDGET_S = 1.0

# Rolled back because of another that came first, so that running again can succeed: serialization failure, deadlock,
# and a foreign key that fails because the caller's row was deleted (DELETE /api/me) between finding and using it.
_CONFLICTS = ("40001", "40P01", "23503")
# Answered, rolled back, and no fault of the request: cancelled, out of resources, shutting down, read-only standby.
_PASSING_CLASSES = ("53", "57", "08", "25006", "55P03")
_PERMANENT_TEXTS = (
    "password authentication failed",
    "certificate verify failed",
    "no pg_hba.conf entry",
    "endpoint is disabled",
    "endpoint has been disabled",
    "quota",
    "does not exist",
    "server certificate for",
    "root certificate file",
)


class Phase(Enum):
    """How far a batch had come when it failed."""

    UNSENT = auto()  # nothing had left this process
    ANSWERED = auto()  # the server refused it and the connection lives: rolled back for certain
    LOST = auto()  # the connection died after sending: it may have been done


class Verdict(Enum):
    RETRY = auto()
    GIVE_UP = auto()  # a 503, by whether it may have happened
    RAISE = auto()  # a defect of ours: a 500


def judge(error: Exception, phase: Phase, *, repeatable: bool) -> Verdict:
    """What to do after a failed attempt, budget aside. `repeatable`: running it again is safe, and there is time."""
    if not isinstance(error, psycopg.Error):
        return Verdict.RAISE  # not the database's: settings or secrets that cannot be read
    if phase is Phase.UNSENT:
        return Verdict.GIVE_UP if is_permanent(error) else Verdict.RETRY
    if phase is Phase.LOST:
        return Verdict.RETRY if repeatable else Verdict.GIVE_UP
    if error.sqlstate in _CONFLICTS:
        return Verdict.RETRY
    return Verdict.GIVE_UP if (error.sqlstate or "").startswith(_PASSING_CLASSES) else Verdict.RAISE


def is_permanent(error: psycopg.Error) -> bool:
    """Whether connecting again cannot help. libpq gives a text and no code, so the text decides."""
    text = str(error)
    return any(permanent in text for permanent in _PERMANENT_TEXTS)


class Attempts:
    """Counts the attempts of one request and pauses between them, with jitter, inside the deadline."""

    def __init__(
        self,
        deadline: Deadline,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._deadline, self._sleep, self._jitter = deadline, sleep, jitter
        self.count = 0

    def another(self, failed_in: "Phase | None" = None) -> bool:
        """Whether there is an attempt left; takes it, after the pause that is due."""
        if self.count >= MAX_ATTEMPTS:
            return False
        pause = self._jitter(*_pause(failed_in, self.count)) if failed_in else 0.0
        if self._deadline.remaining() - pause < LEAST_BUDGET_S:
            return False
        if pause:
            self._sleep(pause)
        self.count += 1
        return True


def _pause(failed_in: Phase, attempts: int) -> tuple[float, float]:
    """Shortest and longest, in seconds: a compute that wakes may end connects at once, and is not to outlast them."""
    longest = _longest_pause(failed_in, attempts)
    return (longest / 2 if failed_in is Phase.UNSENT else 0.0), longest


def _longest_pause(failed_in: Phase, attempts: int) -> float:
    """Seconds. A server that cannot be reached is starting up or full, and gets longer: 0.25, 1, 4 against 0.05, …"""
    first = 0.25 if failed_in is Phase.UNSENT else 0.05
    return first * 4.0 ** (attempts - 1)
