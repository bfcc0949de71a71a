"""GET and POST /api/tasks with the resolver of Powertools and psycopg, as their documents put it together.

A middleware for the token, validation by annotations, a logger with the context, rows as models; one connection that is
kept, since a handler's module is imported once.
"""

import os
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import jwt
import psycopg
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import UnauthorizedError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from psycopg.rows import class_row
from pydantic import BaseModel

logger = Logger(service="powertools")
app = APIGatewayHttpResolver(enable_validation=True)
connection = psycopg.connect(os.environ["PEER_DATABASE_URL"], autocommit=True)


class TaskCreate(BaseModel):
    title: str
    description: str | None = None


class Task(TaskCreate):
    id: UUID
    user_id: str
    completed: bool
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


def authenticate(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
    token = (app.current_event.headers.get("authorization") or "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, os.environ["AUTH_SECRET"], algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise UnauthorizedError("Could not validate credentials") from error
    app.append_context(user=claims["sub"])  # type: ignore[no-untyped-call]
    return next_middleware(app)


app.use(middlewares=[authenticate])


@app.get("/api/tasks")
def list_tasks(limit: Annotated[int, Query(ge=1, le=100)] = 50) -> list[Task]:
    with connection.cursor(row_factory=class_row(Task)) as cursor:
        cursor.execute(
            "select id, user_id, title, description, completed, completed_at, created_at, updated_at "
            "from tasks where user_id = %s order by id desc limit %s",
            (app.context["user"], limit),
        )
        return cursor.fetchall()


@app.post("/api/tasks")
def create_task(task: TaskCreate) -> tuple[Task, int]:
    with connection.cursor(row_factory=class_row(Task)) as cursor:
        cursor.execute(
            "insert into tasks (user_id, title, description) values (%s, %s, %s) "
            "returning id, user_id, title, description, completed, completed_at, created_at, updated_at",
            (app.context["user"], task.title, task.description),
        )
        created = cursor.fetchone()
    assert created is not None  # noqa: S101  # an insert returns its row
    return created, 201


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
