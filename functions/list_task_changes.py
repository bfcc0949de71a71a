"""GET /api/tasks/changes: what has changed since a cursor, deletions too, in the order in which it was changed."""

from typing import Annotated

from fastapi import Query

from shared.core.http.app import create_app, lambda_handler
from shared.core.resource.changes import ChangesQuery
from shared.tasks import CallersTasks, TaskChanges

app = create_app()


@app.get("/api/tasks/changes")
@app.get("/api/{user_id}/tasks/changes")
async def list_task_changes(query: Annotated[ChangesQuery, Query()], tasks: CallersTasks) -> TaskChanges:
    return tasks.changes(query)


handler = lambda_handler(app)
