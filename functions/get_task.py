"""GET /api/tasks/{task_id}: one task of the caller's; 304 when If-None-Match names its version."""

from uuid import UUID

from fastapi import Response

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.endpoint import IfNoneMatch
from shared.core.resource.answers import answer_unless_known
from shared.tasks import CallersTasks, TaskEnvelope

app = create_app()


@app.get("/api/tasks/{task_id}", response_model=TaskEnvelope)
@app.get("/api/{user_id}/tasks/{task_id}", response_model=TaskEnvelope)
async def get_task(
    task_id: UUID, tasks: CallersTasks, known: IfNoneMatch, response: Response
) -> TaskEnvelope | Response:
    return answer_unless_known(tasks.get(task_id), known, response)


handler = lambda_handler(app)
