"""The statements about a caller's account."""

from sqlalchemy import func, select, true
from sqlalchemy.sql.elements import ClauseElement
from sqlmodel import col, delete

from shared.models import Task, User
from shared.statements.terms import CALLER, compiled, owned


def _get_account() -> ClauseElement:
    """One row, also for a caller who has never written."""
    total = func.count().label("tasks")
    completed = func.count().filter(col(Task.completed)).label("completed_tasks")
    counted = select(total, completed).where(owned()).subquery("counted")
    user = select(col(User.email), col(User.name)).where(col(User.id) == CALLER).subquery("stored")
    return select(*counted.c, *user.c).select_from(counted.outerjoin(user, true()))


GET_ACCOUNT = compiled(_get_account(), read_only=True, repeatable=True)
# Repeatable: gone is gone.
DELETE_ACCOUNT = compiled(delete(User).where(col(User.id) == CALLER).returning(col(User.id)), repeatable=True)
