"""The statements that change or delete one task, where it has a version that is expected.

Each is repeatable unless a version is expected, which its first run would have changed.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Delete,
    Update,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import ClauseElement, ColumnElement
from sqlmodel import col, delete, update

from shared.core.database.session import Statement
from shared.models import Task
from shared.statements.terms import COMPLETED, DESCRIPTION, PUBLIC, TITLE, compiled, owned_task

_NEXT_VERSION = col(Task.version) + literal_column("1")


def _update_task() -> ClauseElement:
    values = _completion(func.coalesce(COMPLETED, col(Task.completed)))
    values |= {"title": TITLE, "description": DESCRIPTION, "version": _NEXT_VERSION, "updated_at": func.now()}
    return _unless_stale(update(Task).values(values))


def _complete_task() -> ClauseElement:
    """Setting what is set already changes nothing, the version included."""
    completed = func.coalesce(COMPLETED, ~col(Task.completed))
    same = completed == col(Task.completed)
    version = case((same, col(Task.version)), else_=_NEXT_VERSION)
    updated_at = case((same, col(Task.updated_at)), else_=func.now())
    return _unless_stale(update(Task).values(_completion(completed) | {"version": version, "updated_at": updated_at}))


def _completion(completed: ColumnElement[bool]) -> dict[str, Any]:
    """`completed_at` is kept while `completed` stays true, so that setting it twice is once."""
    completed_at = case((completed, func.coalesce(col(Task.completed_at), func.now())))
    return {"completed": completed, "completed_at": completed_at}


def _unless_stale(change: Update | Delete) -> ClauseElement:
    """Do it if the task has one of the expected versions (null: any); one row tells what became of it.

    `seen` is null when the caller has no such task, and `id` is null when nothing was done: so 404 and 412 are told
    apart in the same round trip, and another user's task looks like none. The lock makes `seen` wait for a writer
    that came first, as the change itself does.
    """
    expected = bindparam("expected", type_=ARRAY(BigInteger()))
    fresh = or_(expected.is_(None), col(Task.version) == any_(expected))
    current = select(col(Task.version)).where(owned_task()).with_for_update().cte("current")
    done = change.where(owned_task(), fresh).returning(*PUBLIC).cte("done")
    one = select(literal_column("1")).subquery("one")
    seen = select(current.c.version).scalar_subquery().label("seen")
    return select(seen, *done.c).select_from(one.outerjoin(done, true()))


# The values are absolute, so a second run ends in the same state.
UPDATE_TASK = compiled(_update_task(), repeatable=True)
COMPLETE_TASK = compiled(_complete_task(), repeatable=True)
# A second run finds nothing, and "no such task" is then true.
DELETE_TASK = compiled(_unless_stale(delete(Task)), repeatable=True)
# Without a value COMPLETE_TASK toggles, and a second run would undo the first.
TOGGLE_TASK = Statement(COMPLETE_TASK.sql, repeatable=False)
