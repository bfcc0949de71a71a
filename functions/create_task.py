"""POST /api/tasks: a new task of the caller's; once only, when the request has an Idempotency-Key."""

from fastapi import Response

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.endpoint import IdempotencyKey
from shared.core.resource.answers import answer_created
from shared.tasks import CallersTasks, TaskCreate, TaskEnvelope

app = create_app()


@app.post("/api/tasks", status_code=201)
@app.post("/api/{user_id}/tasks", status_code=201)
async def create_task(task: TaskCreate, tasks: CallersTasks, key: IdempotencyKey, response: Response) -> TaskEnvelope:
    return answer_created(tasks.create(task, key), response)


handler = lambda_handler(app)
