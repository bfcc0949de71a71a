"""DELETE /api/tasks?completed=true: all tasks that fit; without a filter, none."""

from typing import Annotated

from fastapi import Query

from shared.core.http.app import create_app, lambda_handler
from shared.tasks import CallersTasks, CountEnvelope, TaskFilters

app = create_app()


@app.delete("/api/tasks")
@app.delete("/api/{user_id}/tasks")
async def delete_tasks(filters: Annotated[TaskFilters, Query()], tasks: CallersTasks) -> CountEnvelope:
    return CountEnvelope(data=tasks.delete_many(filters))


handler = lambda_handler(app)
