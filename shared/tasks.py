"""The tasks of one caller."""

from dataclasses import dataclass
from uuid import UUID

from shared import statements
from shared.auth import Caller
from shared.cursor import decode_cursor, encode_cursor
from shared.database import Rows, Session
from shared.errors import NotFound
from shared.schemas import (
    PageMeta,
    PageQuery,
    TaskCompletion,
    TaskCreate,
    TaskEnvelope,
    TaskPage,
    TaskPublic,
    TaskUpdate,
)


@dataclass(frozen=True, slots=True)
class TaskStore:
    """Made for one authenticated caller; there is no way to it without one. Each method is one round trip."""

    caller: Caller
    session: Session

    def list(self, query: PageQuery) -> TaskPage:
        """A page of tasks, newest first.

        Raises:
            BadRequest: for a cursor that is not one of ours.
        """
        cursor = decode_cursor(query.cursor) if query.cursor is not None else None
        # One row more than asked for tells whether there is a next page.
        rows = self.session.run(
            statements.LIST_TASKS,
            {"cursor": cursor, "completed": query.completed, "count": query.count, "rows": query.limit + 1},
        )
        total = rows[0]["total"]
        tasks = [TaskPublic.model_validate(row) for row in rows[: query.limit] if row["id"] is not None]
        next_cursor = encode_cursor(tasks[-1].id) if len(rows) > query.limit else None
        return TaskPage(data=tasks, meta=PageMeta(limit=query.limit, next_cursor=next_cursor, total=total))

    def create(self, task: TaskCreate) -> TaskEnvelope:
        owner = {"email": self.caller.email, "name": self.caller.name}
        return _only(self.session.run(statements.CREATE_TASK, owner | task.model_dump()))

    def get(self, task_id: UUID) -> TaskEnvelope:
        return _only(self.session.run(statements.GET_TASK, {"task_id": task_id}))

    def update(self, task_id: UUID, task: TaskUpdate) -> TaskEnvelope:
        return _only(self.session.run(statements.UPDATE_TASK, {"task_id": task_id} | task.model_dump()))

    def complete(self, task_id: UUID, completion: TaskCompletion | None) -> TaskEnvelope:
        """Set what `completion` says; toggle where it is None."""
        statement = statements.COMPLETE_TASK if completion else statements.TOGGLE_TASK
        completed = completion.completed if completion else None
        return _only(self.session.run(statement, {"task_id": task_id, "completed": completed}))

    def delete(self, task_id: UUID) -> None:
        if not self.session.run(statements.DELETE_TASK, {"task_id": task_id}):
            raise NotFound


def _only(rows: Rows) -> TaskEnvelope:
    """The one row of a statement about one task; none means that the caller has no such task."""
    if not rows:
        raise NotFound
    return TaskEnvelope(data=TaskPublic.model_validate(rows[0]))
