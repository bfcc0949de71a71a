"""What is kept of a caller: the row of users, and what hangs on it."""

from sqlalchemy import Boolean, func, literal_column, select, update
from sqlmodel import delete

from shared.core.sql.owned import table_of
from shared.core.sql.terms import CALLER, compiled
from shared.tables import rate_limits, tasks, users

_USERS, _COUNTERS = table_of(users.User), table_of(rate_limits.RateLimit)
_COUNTS = (_USERS.c[tasks.Task.__tablename__], _USERS.c.completed_tasks)
_TOMORROW = func.current_date() + literal_column("1")

# No row for a caller who has never written.
GET_ACCOUNT = compiled(
    select(_USERS.c.email, _USERS.c.name, *_COUNTS).where(_USERS.c.id == CALLER),
    name="get_account",
    read_only=True,
    repeatable=True,
)
# The counter stays, or who deletes the account would have a fresh minute each time; it goes with the purge's next day.
_COUNTER_GOES = (
    update(_COUNTERS)
    .where(_COUNTERS.c.user_id == CALLER)
    .values(expires=_TOMORROW, bucket=func.retention.bucket_of(_TOMORROW))
    .cte("counter")
)
# Repeatable: gone is gone, and what comes late is refused, or it would take an account that was begun since.
DELETE_ACCOUNT = compiled(
    delete(_USERS)
    .where(_USERS.c.id == CALLER, select(func.begin_attempt(type_=Boolean)).scalar_subquery())
    .returning(_USERS.c.id)
    .add_cte(_COUNTER_GOES),
    name="delete_account",
    repeatable=True,
)
