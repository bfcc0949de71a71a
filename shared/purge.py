"""Removes what has expired: idempotency keys after a day, request counters after an hour, tombstones after 91 days."""

from collections.abc import Iterator

from shared.core.database.connection import ConnectionSource
from shared.core.database.session import Session, Statement
from shared.core.deadline import Deadline
from shared.core.errors import ServiceUnavailable
from shared.tables.deletions import PURGE_DELETIONS
from shared.tables.idempotency_keys import PURGE_IDEMPOTENCY_KEYS
from shared.tables.rate_limits import PURGE_RATE_LIMITS

# Sees nothing but what has expired, and can do nothing but delete it (migrations/versions/1001).
ROLE = "tasks_purge"
STEP_ROWS = 1000
LONGEST_S = 300.0  # nobody waits for it
EXPIRED = {
    "idempotency_keys": PURGE_IDEMPOTENCY_KEYS,
    "rate_limits": PURGE_RATE_LIMITS,
    "deletions": PURGE_DELETIONS,
}


def purge(connections: ConnectionSource, deadline: Deadline) -> dict[str, int]:
    """Delete in steps of `STEP_ROWS`, each a batch of its own, until nothing is left or the time is up.

    Gives the number of rows deleted by table. What the time did not suffice for is left to the next run.
    """
    session = Session(connections, user_id="", deadline=deadline, role=ROLE)
    purged, failure = dict.fromkeys(EXPIRED, 0), None
    for table, statement in EXPIRED.items():
        try:
            for rows in _steps(session, statement):
                purged[table] += rows
        except ServiceUnavailable as error:
            failure = error
    if failure and not any(purged.values()):
        raise failure  # nothing could be done at all: that is for the alarm
    return purged


def _steps(session: Session, statement: Statement) -> Iterator[int]:
    """Rows deleted, step by step; the last step is the one that is not full."""
    rows = STEP_ROWS
    while rows == STEP_ROWS:
        (row,) = session.run(statement, {"rows": STEP_ROWS})
        rows = row["purged"]
        yield rows
