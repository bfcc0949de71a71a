"""Removes what has expired: the days that are past, and by cascade what refers to them (migrations/retention.py)."""

from shared.core.database.connection import ConnectionSource
from shared.core.database.session import Session
from shared.core.deadline import Deadline
from shared.core.errors import ServiceUnavailable
from shared.tables.days import PURGE_DAY

# May delete past days and nothing else (migrations/retention.py).
ROLE = "tasks_purge"
LONGEST_S = 300.0  # nobody waits for it


def purge(connections: ConnectionSource, deadline: Deadline) -> int:
    """Delete past days piece by piece, each a batch of its own, until none is left or the time is up.

    Gives the number of pieces. What the time did not suffice for is left to the next run.
    """
    session = Session(connections, user_id="", deadline=deadline, role=ROLE)
    purged = 0
    try:
        while _one_more(session):
            purged += 1
    except ServiceUnavailable:
        if not purged:
            raise  # nothing could be done at all: that is for the alarm
    return purged


def _one_more(session: Session) -> bool:
    (row,) = session.run(PURGE_DAY, {})
    return bool(row["purged"])
