"""Idempotency keys, and what each was answered with."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.core.sql.columns import timestamp
from shared.core.sql.expiry import bucket_after, expires_after, goes_with_its_day

# Good for 24 hours, so of no use from the second day after.
DAYS_KEPT = 2


class IdempotencyKey(SQLModel, table=True):
    """A key that a caller sent with a POST, and the row it was answered with; good for 24 hours."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        CheckConstraint("length(key) between 1 and 255", name="idempotency_keys_key_check"),
        *goes_with_its_day("idempotency_keys"),
    )

    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    request_hash: str = Field(sa_type=Text)
    response: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = timestamp(default="now()")
    expires: date = expires_after(DAYS_KEPT)
    bucket: int = bucket_after(DAYS_KEPT)
