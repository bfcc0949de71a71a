"""GET and POST /api/tasks as the tutorials of FastAPI, SQLModel and Powertools put it together, behind Mangum.

Read once from top to bottom: an engine with pre-ping, a session for each request, `def` everywhere, `jwt.decode`.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
from aws_lambda_powertools import Logger
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from mangum import Mangum
from sqlmodel import Field, Session, SQLModel, col, create_engine, select

logger = Logger(service="tutorial")
engine = create_engine(os.environ["TUTORIAL_DATABASE_URL"], pool_pre_ping=True)
bearer = HTTPBearer()
app = FastAPI(title="Tasks")


class TaskBase(SQLModel):
    title: str
    description: str | None = None
    completed: bool = False


class Task(TaskBase, table=True):
    __tablename__ = "tasks"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: str
    completed_at: datetime | None = None
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    updated_at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class TaskCreate(TaskBase):
    pass


class TaskPublic(TaskBase):
    id: UUID
    user_id: str
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def get_user(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> str:
    try:
        claims = jwt.decode(credentials.credentials, os.environ["AUTH_SECRET"], algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "Could not validate credentials") from error
    return str(claims["sub"])


@app.get("/api/tasks", response_model=list[TaskPublic])
def list_tasks(
    session: Annotated[Session, Depends(get_session)], user: Annotated[str, Depends(get_user)], limit: int = 50
) -> Any:
    statement = select(Task).where(Task.user_id == user).order_by(col(Task.id).desc()).limit(limit)
    tasks = session.exec(statement).all()
    logger.debug("listed", extra={"count": len(tasks)})
    return tasks


@app.post("/api/tasks", response_model=TaskPublic, status_code=201)
def create_task(
    session: Annotated[Session, Depends(get_session)], user: Annotated[str, Depends(get_user)], task: TaskCreate
) -> Any:
    created = Task.model_validate(task, update={"user_id": user})
    session.add(created)
    session.commit()
    session.refresh(created)
    return created


handler = Mangum(app, lifespan="off")
