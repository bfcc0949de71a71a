"""GET /api/tasks/{task_id}: one task of the caller's."""

from uuid import UUID

from shared.app import create_app, lambda_handler
from shared.endpoint import CallersTasks
from shared.schemas import TaskEnvelope

app = create_app()


@app.get("/api/tasks/{task_id}")
@app.get("/api/{user_id}/tasks/{task_id}")
async def get_task(task_id: UUID, tasks: CallersTasks) -> TaskEnvelope:
    return tasks.get(task_id)


handler = lambda_handler(app)
