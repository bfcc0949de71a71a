"""The tasks of one caller."""

from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, StrictBool

from shared.core.http.endpoint import callers
from shared.core.http.etag import Tags
from shared.core.resource.batch import (
    Batch,
    BatchAnswer,
    CreateOperation,
    DeleteOperation,
    ItemOperation,
    Operations,
    PatchOperation,
)
from shared.core.resource.changes import Change, Changes
from shared.core.resource.fields import KeptBoolean, OptionalText, QueryFlag, Text, UtcTimestamp
from shared.core.resource.rows import Stored
from shared.core.resource.schemas import Body, Count, Envelope, NewItem, Page, PageQuery, Public, Sorts, partial
from shared.core.resource.store import OwnedStore
from shared.tables.tasks import COMPLETE_ALL_TASKS, DESCRIPTION_LENGTH, TASKS, TITLE_LENGTH, TOGGLE_TASK

Title = Annotated[str, Text(TITLE_LENGTH)]
Description = Annotated[str | None, OptionalText(DESCRIPTION_LENGTH)]


class TaskContent(Body):
    title: Title
    description: Description = None


class TaskCreate(NewItem, TaskContent):
    """A new task: open, until it is completed."""


class TaskUpdate(TaskContent):
    """A whole task: an omitted description is cleared, an omitted `completed` stays as it is."""

    completed: KeptBoolean = None


@partial
class TaskPatch(TaskUpdate):
    """What is to change of a task; a description of null is cleared."""


class TaskCompletion(Body):
    completed: StrictBool


class TaskQuery(PageQuery):
    completed: QueryFlag | None = None
    sort: Annotated[str, Sorts("title")] = "-created"


class TaskFilters(BaseModel):
    """Of a request about many tasks."""

    completed: QueryFlag


class TaskPublic(Public):
    title: str
    description: str | None
    completed: bool
    completed_at: UtcTimestamp | None


class TaskChange(Change):
    task: TaskPublic | None


class CreateTask(CreateOperation, TaskContent):
    """A new task, in a batch."""


class PatchTask(PatchOperation):
    patch: TaskPatch


class CompleteTask(ItemOperation):
    op: Literal["complete"]
    completed: StrictBool

    def call(self, sent: dict[str, Any]) -> dict[str, Any]:
        return sent | {"op": "patch", "patch": {"completed": self.completed}}


class TaskBatch(Batch):
    operations: Operations[CreateTask | PatchTask | CompleteTask | DeleteOperation]


class TaskStore(OwnedStore[TaskCreate, TaskUpdate, TaskPublic]):
    name, singular, statements, public, changed, query = "tasks", "task", TASKS, TaskPublic, TaskChange, TaskQuery

    def complete(
        self, task_id: UUID, completion: TaskCompletion | None, expected: Tags | None = None
    ) -> Stored[TaskPublic]:
        """Set what `completion` says, which is safe to repeat; toggle where it is None."""
        if completion is None:
            return self.change(TOGGLE_TASK, task_id, expected, {})
        return self.change(self.statements.patch, task_id, expected, {"patch": completion.model_dump_json()})

    def complete_all(self) -> Count:
        """All that are open."""
        return self.count(COMPLETE_ALL_TASKS, {})


CallersTasks = Annotated[TaskStore, callers(TaskStore)]
TaskEnvelope: TypeAlias = Envelope[TaskPublic]
TaskPage: TypeAlias = Page[TaskPublic]
TaskChanges: TypeAlias = Changes[TaskChange]
TaskBatchAnswer: TypeAlias = BatchAnswer[TaskPublic]
CountEnvelope: TypeAlias = Envelope[Count]
