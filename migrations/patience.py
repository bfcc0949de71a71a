"""How long a migration waits for a table that is in use, and how often it comes again.

Whoever comes after a waiting `alter table` waits behind it, readers too. So it gives up soon, lets them pass, and tries
again; what was done of the revision is undone with its transaction.
"""

import random
import sys
from collections.abc import Callable
from time import sleep

from psycopg import errors
from sqlalchemy.exc import OperationalError

# Under `deadlock_timeout`, which is a second: in a circle the migration gives way, and no request is cancelled.
LOCK_TIMEOUT_MS = 500
ATTEMPTS = 20
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 2


def patiently(migrate: Callable[[], None]) -> None:
    """Call it until it had the locks that it needs.

    Raises:
        OperationalError: it had not, or it failed for another reason.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return migrate()
        except OperationalError as error:
            if not isinstance(error.orig, errors.LockNotAvailable | errors.DeadlockDetected) or attempt == ATTEMPTS:
                raise
            print(f"a table was in use (attempt {attempt} of {ATTEMPTS})", file=sys.stderr)  # noqa: T201
        sleep(random.uniform(SHORTEST_PAUSE_S, LONGEST_PAUSE_S))  # noqa: S311
    return None
