"""PATCH /api/tasks/{task_id}: set what is sent of a task (RFC 7396); with If-Match, only a version that they know."""

from uuid import UUID

from fastapi import Response

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.bodies import MERGE_PATCH
from shared.core.http.endpoint import IfMatch
from shared.core.resource.answers import answer_with
from shared.tasks import CallersTasks, TaskEnvelope, TaskPatch

app = create_app(limits=MERGE_PATCH)


@app.patch("/api/tasks/{task_id}")
@app.patch("/api/{user_id}/tasks/{task_id}")
async def patch_task(
    task_id: UUID, patch: TaskPatch, tasks: CallersTasks, expected: IfMatch, response: Response
) -> TaskEnvelope:
    return answer_with(tasks.patch(task_id, patch, expected), response)


handler = lambda_handler(app)
