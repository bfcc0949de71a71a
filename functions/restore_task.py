"""POST /api/tasks/{task_id}/restore: bring back a deleted task, as it was."""

from uuid import UUID

from fastapi import Response

from shared.core.http.app import create_app, lambda_handler
from shared.core.resource.answers import answer_with
from shared.tasks import CallersTasks, TaskEnvelope

app = create_app()


@app.post("/api/tasks/{task_id}/restore")
@app.post("/api/{user_id}/tasks/{task_id}/restore")
async def restore_task(task_id: UUID, tasks: CallersTasks, response: Response) -> TaskEnvelope:
    return answer_with(tasks.restore(task_id), response)


handler = lambda_handler(app)
