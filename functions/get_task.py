"""GET /api/tasks/{task_id}: one task of the caller's; 304 when If-None-Match names its version."""

from uuid import UUID

from fastapi import Response

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.endpoint import CallersTasks, IfNoneMatch, answer_with
from shared.core.http.etag import entity_tag
from shared.schemas import TaskEnvelope

app = create_app()


@app.get("/api/tasks/{task_id}", response_model=TaskEnvelope)
@app.get("/api/{user_id}/tasks/{task_id}", response_model=TaskEnvelope)
async def get_task(
    task_id: UUID, tasks: CallersTasks, known: IfNoneMatch, response: Response
) -> TaskEnvelope | Response:
    stored = tasks.get(task_id)
    if known and stored.version in known:
        return Response(status_code=304, headers={"ETag": entity_tag(stored.version)})
    return answer_with(stored, response)


handler = lambda_handler(app)
