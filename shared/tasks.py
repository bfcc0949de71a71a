"""The tasks of one caller."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from shared import statements
from shared.core.auth.verifier import Caller
from shared.core.database.session import Rows, Session, Statement
from shared.core.errors import Conflict, NotFound, PreconditionFailed, ValidationFailed
from shared.core.http.cursor import decode_cursor, encode_cursor
from shared.core.http.etag import Tags
from shared.core.http.idempotency import KeyedRequest
from shared.schemas import PageMeta, PageQuery, TaskCompletion, TaskCreate, TaskPage, TaskPublic, TaskUpdate


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A task as it is stored: what its owner sees, and the version behind its ETag."""

    task: TaskPublic
    version: int
    replayed: bool = False


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

    def create(self, task: TaskCreate, keyed: KeyedRequest | None = None) -> StoredTask:
        """A new task; under a key, the one that the key has made already.

        Raises:
            ValidationFailed: the key was used with another body.
            Conflict: a request with the key is in flight.
        """
        values = {"email": self.caller.email, "name": self.caller.name, **task.model_dump()}
        if keyed is None:
            return _stored(self.session.run(statements.CREATE_TASK, values)[0])
        values |= {"key": keyed.key, "request_hash": keyed.request_hash}
        # No row: the request that held the key has ended while this one waited for it, and its answer shows now.
        rows = self.session.run(statements.CREATE_TASK_ONCE, values) or self.session.run(
            statements.CREATE_TASK_ONCE, values
        )
        return _answer_of_key(rows)

    def get(self, task_id: UUID) -> StoredTask:
        rows = self.session.run(statements.GET_TASK, {"task_id": task_id})
        if not rows:
            raise NotFound
        return _stored(rows[0])

    def update(self, task_id: UUID, task: TaskUpdate, expected: Tags | None = None) -> StoredTask:
        return _stored(self._change(statements.UPDATE_TASK, task_id, expected, task.model_dump()))

    def complete(self, task_id: UUID, completion: TaskCompletion | None, expected: Tags | None = None) -> StoredTask:
        """Set what `completion` says; toggle where it is None."""
        statement = statements.COMPLETE_TASK if completion else statements.TOGGLE_TASK
        completed = completion.completed if completion else None
        return _stored(self._change(statement, task_id, expected, {"completed": completed}))

    def delete(self, task_id: UUID, expected: Tags | None = None) -> None:
        self._change(statements.DELETE_TASK, task_id, expected, {})

    def _change(
        self, statement: Statement, task_id: UUID, expected: Tags | None, values: dict[str, Any]
    ) -> dict[str, Any]:
        """Change one task, if it has a version that is expected.

        Raises:
            NotFound: the caller has no such task.
            PreconditionFailed: it has another version.
        """
        versions = None if expected is None or expected.any else sorted(expected.versions)
        if versions is not None:
            statement = replace(statement, repeatable=False)  # a first run would have changed the version
        (row,) = self.session.run(statement, {"task_id": task_id, "expected": versions, **values})
        if row["id"] is None:
            raise NotFound if row["seen"] is None else PreconditionFailed
        return row


def _stored(row: dict[str, Any], *, replayed: bool = False) -> StoredTask:
    return StoredTask(TaskPublic.model_validate(row), row["version"], replayed)


def _answer_of_key(rows: Rows) -> StoredTask:
    if not rows:
        raise Conflict
    if not rows[0]["same_request"]:
        raise ValidationFailed("The Idempotency-Key was used with another body.")
    return _stored(rows[0]["response"], replayed=rows[0]["replayed"])
