"""What is kept of a caller: the row of users, and what hangs on it."""

from sqlalchemy import select
from sqlmodel import delete

from shared.core.sql.owned import table_of
from shared.core.sql.terms import CALLER, compiled
from shared.tables import tasks, users

_USERS = table_of(users.User)
_COUNTS = (_USERS.c[tasks.Task.__tablename__], _USERS.c.completed_tasks)

# No row for a caller who has never written.
GET_ACCOUNT = compiled(
    select(_USERS.c.email, _USERS.c.name, *_COUNTS).where(_USERS.c.id == CALLER),
    name="get_account",
    read_only=True,
    repeatable=True,
)
# Repeatable: gone is gone.
DELETE_ACCOUNT = compiled(
    delete(_USERS).where(_USERS.c.id == CALLER).returning(_USERS.c.id), name="delete_account", repeatable=True
)
