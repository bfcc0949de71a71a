"""DELETE /api/tasks/{task_id}"""

from uuid import UUID

from shared.app import create_app, lambda_handler
from shared.endpoint import CallersTasks

app = create_app()


@app.delete("/api/tasks/{task_id}", status_code=204)
@app.delete("/api/{user_id}/tasks/{task_id}", status_code=204)
async def delete_task(task_id: UUID, tasks: CallersTasks) -> None:
    tasks.delete(task_id)


handler = lambda_handler(app)
