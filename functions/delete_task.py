"""DELETE /api/tasks/{task_id}; with If-Match, only a version that the caller knows."""

from uuid import UUID

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.endpoint import IfMatch
from shared.tasks import CallersTasks

app = create_app()


@app.delete("/api/tasks/{task_id}", status_code=204)
@app.delete("/api/{user_id}/tasks/{task_id}", status_code=204)
async def delete_task(task_id: UUID, tasks: CallersTasks, expected: IfMatch) -> None:
    tasks.delete(task_id, expected)


handler = lambda_handler(app)
