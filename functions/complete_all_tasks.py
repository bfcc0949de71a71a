"""POST /api/tasks/complete-all: complete all tasks that are open."""

from shared.core.http.app import create_app, lambda_handler
from shared.tasks import CallersTasks, CountEnvelope

app = create_app()


@app.post("/api/tasks/complete-all")
@app.post("/api/{user_id}/tasks/complete-all")
async def complete_all_tasks(tasks: CallersTasks) -> CountEnvelope:
    return CountEnvelope(data=tasks.complete_all())


handler = lambda_handler(app)
