"""Idempotency keys, and what each was answered with."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.core.sql.columns import timestamp
from shared.core.sql.expiry import purging
from shared.core.sql.owned import table_of

KEY_LIFETIME = "24 hours"


class IdempotencyKey(SQLModel, table=True):
    """A key that a caller sent with a POST, and the row it was answered with; good for 24 hours."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        CheckConstraint("length(key) between 1 and 255", name="idempotency_keys_key_check"),
        Index("idempotency_keys_age", "created_at"),
    )

    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    request_hash: str = Field(sa_type=Text)
    response: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = timestamp(default="now()")


PURGE_IDEMPOTENCY_KEYS = purging(table_of(IdempotencyKey), "created_at", KEY_LIFETIME)
