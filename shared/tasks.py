"""The tasks of one caller."""

from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import StrictBool

from shared.core.http.endpoint import callers
from shared.core.http.etag import Tags
from shared.core.resource.schemas import (
    Body,
    Envelope,
    KeptBoolean,
    OptionalText,
    Page,
    PageQuery,
    Public,
    QueryFlag,
    Text,
    Timestamp,
)
from shared.core.resource.store import OwnedStore, Stored
from shared.tables.tasks import DESCRIPTION_LENGTH, TASKS, TITLE_LENGTH, TOGGLE_TASK

Title = Annotated[str, Text(TITLE_LENGTH)]
Description = Annotated[str | None, OptionalText(DESCRIPTION_LENGTH)]


class TaskCreate(Body):
    title: Title
    description: Description = None


class TaskUpdate(TaskCreate):
    """A whole task: an omitted description is cleared, an omitted `completed` stays as it is."""

    completed: KeptBoolean = None


class TaskCompletion(Body):
    completed: StrictBool


class TaskQuery(PageQuery):
    completed: QueryFlag | None = None


class TaskPublic(Public):
    title: str
    description: str | None
    completed: bool
    completed_at: Timestamp | None


class TaskStore(OwnedStore[TaskCreate, TaskUpdate, TaskPublic]):
    name, singular, statements, public, query = "tasks", "task", TASKS, TaskPublic, TaskQuery

    def complete(
        self, task_id: UUID, completion: TaskCompletion | None, expected: Tags | None = None
    ) -> Stored[TaskPublic]:
        """Set what `completion` says, which is safe to repeat; toggle where it is None."""
        if completion is None:
            return self.change(TOGGLE_TASK, task_id, expected, {})
        return self.change(self.statements.patch, task_id, expected, {"patch": completion.model_dump_json()})


CallersTasks = Annotated[TaskStore, callers(TaskStore)]
TaskEnvelope: TypeAlias = Envelope[TaskPublic]
TaskPage: TypeAlias = Page[TaskPublic]
