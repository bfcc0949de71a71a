"""Each endpoint's one statement, written as a SQLModel expression and compiled once, when this module is imported.

Every statement is filtered by owner, and row-level security stands behind the filter. Parameters are named after
the columns they meet; `user_id` is always the caller's.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.elements import BindParameter, ClauseElement, ColumnElement
from sqlmodel import col, delete, update

from shared.database import Statement
from shared.models import Task, User

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]
_CALLER: BindParameter[str] = bindparam("user_id", type_=Text())
_TASK_ID: BindParameter[UUID] = bindparam("task_id", type_=Uuid())
# Cast, for a null on its own has no type.
_COMPLETED = cast(bindparam("completed"), Boolean())
_TITLE, _DESCRIPTION = bindparam("title", type_=Text()), bindparam("description", type_=Text())

# What a task is to its owner: everything but the version, which travels as the ETag.
_PUBLIC = (
    col(Task.id),
    col(Task.user_id),
    col(Task.title),
    col(Task.description),
    col(Task.completed),
    col(Task.completed_at),
    col(Task.created_at),
    col(Task.updated_at),
)


def _owned() -> ColumnElement[bool]:
    return col(Task.user_id) == _CALLER


def _owned_task() -> ColumnElement[bool]:
    return and_(col(Task.id) == _TASK_ID, _owned())


def _compiled(expression: ClauseElement, *, read_only: bool = False, repeatable: bool) -> Statement:
    return Statement(
        str(expression.compile(dialect=_DIALECT)),
        read_only=read_only,
        repeatable=repeatable,
    )


def _list_tasks() -> ClauseElement:
    """A page, with the total beside each row; an empty page is one row of nulls, so that the total is not lost."""
    cursor = bindparam("cursor", type_=Uuid())
    wanted = and_(_owned(), or_(_COMPLETED.is_(None), col(Task.completed) == _COMPLETED))
    counted = select(func.count()).select_from(Task).where(wanted).scalar_subquery()
    # In a CASE the count is not run unless it is asked for.
    total = select(case((bindparam("count", type_=Boolean()), counted)).label("total")).subquery("counted")
    page = (
        select(*_PUBLIC)
        .where(wanted, or_(cursor.is_(None), col(Task.id) < cursor))
        .order_by(col(Task.id).desc())
        .limit(bindparam("rows", type_=Integer()))
        .subquery("page")
    )
    return select(total.c.total, *page.c).select_from(total.outerjoin(page, true())).order_by(page.c.id.desc())


def _create_task() -> ClauseElement:
    """The owner's row is made on the first write, in the same statement; it keeps what the first token said."""
    owner = (
        insert(User)
        .values(id=_CALLER, email=bindparam("email", type_=Text()), name=bindparam("name", type_=Text()))
        .on_conflict_do_nothing(index_elements=[col(User.id)])
        .cte("owner")
    )
    values = {"user_id": _CALLER, "title": _TITLE, "description": _DESCRIPTION}
    return insert(Task).values(values).returning(*_PUBLIC).add_cte(owner)


def _update_task() -> ClauseElement:
    return _change(completed=func.coalesce(_COMPLETED, col(Task.completed)), title=_TITLE, description=_DESCRIPTION)


def _complete_task() -> ClauseElement:
    return _change(completed=func.coalesce(_COMPLETED, ~col(Task.completed)))


def _change(*, completed: ColumnElement[bool], **values: Any) -> ClauseElement:
    """Change one task. `completed_at` is kept while `completed` stays true, so that setting it twice is once."""
    completed_at = case((completed, func.coalesce(col(Task.completed_at), func.now())))
    values |= {"completed": completed, "completed_at": completed_at}
    values |= {"version": col(Task.version) + literal_column("1"), "updated_at": func.now()}
    return update(Task).where(_owned_task()).values(values).returning(*_PUBLIC)


LIST_TASKS = _compiled(_list_tasks(), read_only=True, repeatable=True)
GET_TASK = _compiled(select(*_PUBLIC).where(_owned_task()), read_only=True, repeatable=True)
# Not repeatable: each run makes a task.
CREATE_TASK = _compiled(_create_task(), repeatable=False)
# Repeatable: the values are absolute, so a second run ends in the same state.
UPDATE_TASK = _compiled(_update_task(), repeatable=True)
COMPLETE_TASK = _compiled(_complete_task(), repeatable=True)
# The same statement without a value toggles, and a second run would undo the first.
TOGGLE_TASK = Statement(COMPLETE_TASK.sql, repeatable=False)
# Repeatable: a second run finds nothing, and "no such task" is then true.
DELETE_TASK = _compiled(delete(Task).where(_owned_task()).returning(col(Task.id)), repeatable=True)
