"""The tables. This module is the schema's single source: migrations are checked against it (`alembic check`)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Relationship, SQLModel

from shared.schemas import DESCRIPTION_LENGTH, TITLE_LENGTH


def _timestamp(**options: Any) -> Any:
    return Field(sa_type=DateTime(timezone=True), **options)


def _default(expression: str) -> dict[str, Any]:
    """The server fills it in: a default on our side as well would be sent with every insert."""
    return {"server_default": text(expression)}


class User(SQLModel, table=True):
    """A caller that has written at least once. `id` is the token's subject: text, as not every issuer uses UUIDs."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("length(id) between 1 and 255", name="users_id_length"),)

    id: str = Field(primary_key=True, sa_type=Text)
    email: str | None = Field(sa_type=Text)
    name: str | None = Field(sa_type=Text)
    created_at: datetime = _timestamp(sa_column_kwargs=_default("now()"))
    updated_at: datetime = _timestamp(sa_column_kwargs=_default("now()"))

    tasks: list["Task"] = Relationship(back_populates="owner", passive_deletes="all")


class Task(SQLModel, table=True):
    """A task of one user. `id` is a UUIDv7, so it is the sort order and the cursor as well."""

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint(f"length(title) between 1 and {TITLE_LENGTH}", name="tasks_title_length"),
        CheckConstraint(f"length(description) between 1 and {DESCRIPTION_LENGTH}", name="tasks_description_length"),
        CheckConstraint("completed = (completed_at is not null)", name="tasks_completed_at_set"),
        Index("tasks_owner_newest", "user_id", text("id desc")),
        Index("tasks_owner_open", "user_id", text("id desc"), postgresql_where=text("not completed")),
    )

    id: UUID = Field(primary_key=True, sa_type=Uuid, sa_column_kwargs=_default("uuidv7()"))
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", sa_type=Text)
    title: str = Field(sa_type=Text)
    description: str | None = Field(sa_type=Text)
    completed: bool = Field(sa_column_kwargs=_default("false"))
    completed_at: datetime | None = _timestamp()
    version: int = Field(sa_type=BigInteger, sa_column_kwargs=_default("1"))
    created_at: datetime = _timestamp(sa_column_kwargs=_default("now()"))
    updated_at: datetime = _timestamp(sa_column_kwargs=_default("now()"))

    owner: User = Relationship(back_populates="tasks")


class IdempotencyKey(SQLModel, table=True):
    """A key that a caller sent with a POST, and the task it was answered with; good for 24 hours."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        CheckConstraint("length(key) between 1 and 255", name="idempotency_keys_key_length"),
        Index("idempotency_keys_age", "created_at"),
    )

    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    request_hash: str = Field(sa_type=Text)
    response: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = _timestamp(sa_column_kwargs=_default("now()"))


class RateLimit(SQLModel, table=True):
    """How many requests a caller made in one minute. Unlogged; no foreign key, for callers count before they write."""

    __tablename__ = "rate_limits"
    __table_args__ = (Index("rate_limits_age", "window_start"), {"prefixes": ["UNLOGGED"]})

    user_id: str = Field(primary_key=True, sa_type=Text)
    window_start: datetime = _timestamp(primary_key=True)
    requests: int
