"""Tombstones: what was deleted, for those who keep a copy and for those who want it back."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.core.sql.columns import timestamp
from shared.core.sql.expiry import bucket_after, expires_after, goes_with_its_day

# A copy is promised to be kept up to date for 90 days; a tombstone is kept for 91, and goes on the day after.
DAYS_KEPT = 92


class Deletion(SQLModel, table=True):
    """A row of `collection` that its owner has deleted, and the revision in which that was.

    `number` counts those of an owner and a collection, so that the oldest can be found to be too old. `content` is
    the row as it was.
    """

    __tablename__ = "deletions"
    __table_args__ = (
        Index("deletions_owner_revision", "user_id", "collection", "revision", unique=True),
        *goes_with_its_day("deletions"),
    )

    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", sa_type=Text)
    collection: str = Field(primary_key=True, sa_type=Text)
    id: UUID = Field(primary_key=True, sa_type=Uuid)
    revision: int = Field(sa_type=BigInteger)
    number: int = Field(sa_type=BigInteger)
    content: dict[str, Any] = Field(sa_type=JSONB)
    deleted_at: datetime = timestamp(default="now()")
    expires: date = expires_after(DAYS_KEPT)
    bucket: int = bucket_after(DAYS_KEPT)
