"""Tasks."""

from datetime import datetime

from sqlalchemy import CheckConstraint

from shared.core.sql import columns
from shared.core.sql.owned import Owned, calling, owned_statements

TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 2000


class Task(Owned, table=True):
    __tablename__ = "tasks"
    __table_args__ = (CheckConstraint("completed = (completed_at is not null)", name="tasks_completed_at_set"),)

    title: str = columns.text(TITLE_LENGTH)
    description: str | None = columns.text(DESCRIPTION_LENGTH)
    completed: bool = columns.boolean(default=False, filtered=True, counted="completed_tasks")
    # Kept while `completed` stays true, so that setting it twice is once.
    completed_at: datetime | None = columns.timestamp(
        derived="case when changed.completed then coalesce(changed.completed_at, now()) end"
    )


TASKS = owned_statements(Task, "task")
# A second run would undo the first.
TOGGLE_TASK = calling("toggle_task", "id uuid", "expected bigint[]", repeatable=False)
# A second run would find none that is open.
COMPLETE_ALL_TASKS = calling("complete_all_tasks", repeatable=False)
