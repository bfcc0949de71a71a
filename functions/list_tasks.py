"""GET /api/tasks: the caller's tasks, newest first."""

from typing import Annotated

from fastapi import Query

from shared.core.http.app import create_app, lambda_handler
from shared.tasks import CallersTasks, TaskPage, TaskQuery

app = create_app()


@app.get("/api/tasks")
@app.get("/api/{user_id}/tasks")
async def list_tasks(query: Annotated[TaskQuery, Query()], tasks: CallersTasks) -> TaskPage:
    return tasks.list(query)


handler = lambda_handler(app)
