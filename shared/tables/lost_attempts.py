"""Attempts at a write that were lost, and made again."""

from datetime import date
from uuid import UUID

from sqlalchemy import Text, Uuid
from sqlmodel import Field, SQLModel

from shared.core.sql.expiry import bucket_after, expires_after, goes_with_its_day

# What comes late does so within minutes; one day would end a second after it was begun before midnight.
DAYS_KEPT = 2


class LostAttempt(SQLModel, table=True):
    """One whose repetition was answered: where it comes late, it is refused. Without a foreign key to users, for an
    account that was deleted must not be brought back."""

    __tablename__ = "lost_attempts"
    __table_args__ = goes_with_its_day("lost_attempts")

    user_id: str = Field(primary_key=True, sa_type=Text)
    attempt: UUID = Field(primary_key=True, sa_type=Uuid)
    expires: date = expires_after(DAYS_KEPT)
    bucket: int = bucket_after(DAYS_KEPT)
