"""The statements that read tasks; the server refuses to let them write."""

from sqlalchemy import Boolean, Uuid, and_, bindparam, case, func, or_, select, true
from sqlalchemy.sql.elements import ClauseElement
from sqlmodel import col

from shared.models import Task
from shared.statements.terms import COMPLETED, PUBLIC, ROWS, compiled, owned, owned_task


def _list_tasks() -> ClauseElement:
    """A page, with the total beside each row; an empty page is one row of nulls, so that the total is not lost."""
    cursor = bindparam("cursor", type_=Uuid())
    wanted = and_(owned(), or_(COMPLETED.is_(None), col(Task.completed) == COMPLETED))
    counted = select(func.count()).select_from(Task).where(wanted).scalar_subquery()
    # In a CASE the count is not run unless it is asked for.
    total = select(case((bindparam("count", type_=Boolean()), counted)).label("total")).subquery("counted")
    page = (
        select(*PUBLIC)
        .where(wanted, or_(cursor.is_(None), col(Task.id) < cursor))
        .order_by(col(Task.id).desc())
        .limit(ROWS)
        .subquery("page")
    )
    return select(total.c.total, *page.c).select_from(total.outerjoin(page, true())).order_by(page.c.id.desc())


LIST_TASKS = compiled(_list_tasks(), read_only=True, repeatable=True)
GET_TASK = compiled(select(*PUBLIC).where(owned_task()), read_only=True, repeatable=True)
