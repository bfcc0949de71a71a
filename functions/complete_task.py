"""PATCH /api/tasks/{task_id}/complete: without a body it toggles; with one it sets, which is safe to repeat."""

from uuid import UUID

from shared.app import create_app, lambda_handler
from shared.endpoint import CallersTasks
from shared.schemas import TaskCompletion, TaskEnvelope

app = create_app()


@app.patch("/api/tasks/{task_id}/complete")
@app.patch("/api/{user_id}/tasks/{task_id}/complete")
async def complete_task(task_id: UUID, tasks: CallersTasks, completion: TaskCompletion | None = None) -> TaskEnvelope:
    return tasks.complete(task_id, completion)


handler = lambda_handler(app)
