"""PATCH /api/tasks/{task_id}/complete: without a body it toggles; with one it sets, which is safe to repeat."""

from uuid import UUID

from fastapi import Response

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.endpoint import IfMatch
from shared.core.resource.answers import answer_with
from shared.tasks import CallersTasks, TaskCompletion, TaskEnvelope

app = create_app()


@app.patch("/api/tasks/{task_id}/complete")
@app.patch("/api/{user_id}/tasks/{task_id}/complete")
async def complete_task(
    task_id: UUID,
    tasks: CallersTasks,
    expected: IfMatch,
    response: Response,
    completion: TaskCompletion | None = None,
) -> TaskEnvelope:
    return answer_with(tasks.complete(task_id, completion, expected), response)


handler = lambda_handler(app)
