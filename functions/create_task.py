"""POST /api/tasks: a new task of the caller's; once only, when the request has an Idempotency-Key."""

from fastapi import Request, Response

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.endpoint import CallersTasks, answer_with
from shared.core.http.idempotency import read_key
from shared.schemas import TaskCreate, TaskEnvelope

app = create_app()


@app.post("/api/tasks", status_code=201)
@app.post("/api/{user_id}/tasks", status_code=201)
async def create_task(task: TaskCreate, tasks: CallersTasks, request: Request, response: Response) -> TaskEnvelope:
    keyed = read_key(request.headers.getlist("idempotency-key"), task.model_dump())
    stored = tasks.create(task, keyed)
    response.headers["Location"] = f"/api/tasks/{stored.task.id}"
    if stored.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return answer_with(stored, response)


handler = lambda_handler(app)
