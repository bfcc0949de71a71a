"""Tombstones: what was deleted, for those who keep a copy."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, Uuid
from sqlmodel import Field, SQLModel

from shared.core.sql.columns import timestamp
from shared.core.sql.expiry import purging
from shared.core.sql.owned import table_of

# A day more than a copy is promised to be kept up to date.
TOMBSTONE_LIFETIME = "91 days"


class Deletion(SQLModel, table=True):
    """A row of `collection` that its owner has deleted, and the revision in which that was."""

    __tablename__ = "deletions"
    __table_args__ = (
        Index("deletions_owner_revision", "user_id", "collection", "revision", unique=True),
        Index("deletions_age", "deleted_at"),
    )

    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", sa_type=Text)
    collection: str = Field(primary_key=True, sa_type=Text)
    id: UUID = Field(primary_key=True, sa_type=Uuid)
    revision: int = Field(sa_type=BigInteger)
    deleted_at: datetime = timestamp(default="now()")


PURGE_DELETIONS = purging(table_of(Deletion), "deleted_at", TOMBSTONE_LIFETIME)
