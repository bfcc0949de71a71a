"""POST /api/tasks: a new task of the caller's."""

from fastapi import Response

from shared.app import create_app, lambda_handler
from shared.endpoint import CallersTasks
from shared.schemas import TaskCreate, TaskEnvelope

app = create_app()


@app.post("/api/tasks", status_code=201)
@app.post("/api/{user_id}/tasks", status_code=201)
async def create_task(task: TaskCreate, tasks: CallersTasks, response: Response) -> TaskEnvelope:
    created = tasks.create(task)
    response.headers["Location"] = f"/api/tasks/{created.data.id}"
    return created


handler = lambda_handler(app)
