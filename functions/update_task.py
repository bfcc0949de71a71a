"""PUT /api/tasks/{task_id}: replace what the caller may say of a task."""

from uuid import UUID

from shared.app import create_app, lambda_handler
from shared.endpoint import CallersTasks
from shared.schemas import TaskEnvelope, TaskUpdate

app = create_app()


@app.put("/api/tasks/{task_id}")
@app.put("/api/{user_id}/tasks/{task_id}")
async def update_task(task_id: UUID, task: TaskUpdate, tasks: CallersTasks) -> TaskEnvelope:
    return tasks.update(task_id, task)


handler = lambda_handler(app)
