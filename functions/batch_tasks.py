"""POST /api/tasks/batch: a client's operations, many in one request, once only however often it is sent."""

from shared.core.http.app import create_app, lambda_handler
from shared.core.resource.batch import BATCH_LIMITS
from shared.tasks import CallersTasks, TaskBatch, TaskBatchAnswer

app = create_app(limits=BATCH_LIMITS)


@app.post("/api/tasks/batch")
@app.post("/api/{user_id}/tasks/batch")
async def batch_tasks(batch: TaskBatch, tasks: CallersTasks) -> TaskBatchAnswer:
    return tasks.batch(batch)


handler = lambda_handler(app)
