"""Clients that send batches: the last one of each, and what it was answered."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.core.sql.columns import timestamp
from shared.core.sql.expiry import bucket_after, expires_after, goes_with_its_day

# As long as tombstones: whoever was away for longer begins anew. Put off with each batch.
DAYS_KEPT = 92


class SyncClient(SQLModel, table=True):
    """A copy of `collection` that a user keeps, on a device say. `seq` numbers its batches from 1."""

    __tablename__ = "sync_clients"
    __table_args__ = goes_with_its_day("sync_clients")

    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", sa_type=Text)
    collection: str = Field(primary_key=True, sa_type=Text)
    client_id: UUID = Field(primary_key=True, sa_type=Uuid)
    seq: int = Field(sa_type=BigInteger)
    request_hash: str = Field(sa_type=Text)
    results: list[dict[str, Any]] = Field(sa_type=JSONB)
    used_at: datetime = timestamp(default="clock_timestamp()")
    expires: date = expires_after(DAYS_KEPT)
    bucket: int = bucket_after(DAYS_KEPT)
