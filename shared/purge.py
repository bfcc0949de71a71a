"""Removes what has expired: idempotency keys after a day, request counters after an hour."""

from shared import statements
from shared.connection import ConnectionSource
from shared.database import Session, Statement
from shared.deadline import Deadline
from shared.errors import ServiceUnavailable

# Sees nothing but what has expired, and can do nothing but delete it (migrations/versions/0002).
ROLE = "tasks_purge"
STEP_ROWS = 1000


def purge(connections: ConnectionSource, deadline: Deadline) -> dict[str, int]:
    """Delete in steps of `STEP_ROWS`, each a batch of its own, until nothing is left or the time is up.

    Gives the number of rows deleted by table. What the time did not suffice for is left to the next run.
    """
    session = Session(connections, user_id="", deadline=deadline, role=ROLE)
    return {
        "idempotency_keys": _in_steps(session, statements.PURGE_IDEMPOTENCY_KEYS),
        "rate_limits": _in_steps(session, statements.PURGE_RATE_LIMITS),
    }


def _in_steps(session: Session, statement: Statement) -> int:
    purged = 0
    while True:
        try:
            (row,) = session.run(statement, {"rows": STEP_ROWS})
        except ServiceUnavailable:
            if purged == 0:
                raise
            return purged
        step: int = row["purged"]
        purged += step
        if step < STEP_ROWS:
            return purged
