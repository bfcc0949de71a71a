"""PUT /api/tasks/{task_id}: replace what the caller may say of a task; with If-Match, only a version they know."""

from uuid import UUID

from fastapi import Response

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.endpoint import IfMatch
from shared.core.resource.answers import answer_with
from shared.tasks import CallersTasks, TaskEnvelope, TaskUpdate

app = create_app()


@app.put("/api/tasks/{task_id}")
@app.put("/api/{user_id}/tasks/{task_id}")
async def update_task(
    task_id: UUID, task: TaskUpdate, tasks: CallersTasks, expected: IfMatch, response: Response
) -> TaskEnvelope:
    return answer_with(tasks.update(task_id, task, expected), response)


handler = lambda_handler(app)
