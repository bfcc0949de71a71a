"""Request counters."""

from datetime import date, datetime

from sqlalchemy import DateTime, Text
from sqlmodel import Field, SQLModel

from shared.core.sql.expiry import bucket_after, expires_after, goes_with_its_day

# Put off once a day while the caller goes on asking.
DAYS_KEPT = 2


class RateLimit(SQLModel, table=True):
    """How many requests a caller made in the latest minute. Unlogged; without a foreign key to users, for callers count
    before they write."""

    __tablename__ = "rate_limits"
    __table_args__ = (*goes_with_its_day("rate_limits"), {"prefixes": ["UNLOGGED"]})

    user_id: str = Field(primary_key=True, sa_type=Text)
    window_start: datetime = Field(sa_type=DateTime(timezone=True))
    requests: int
    expires: date = expires_after(DAYS_KEPT)
    bucket: int = bucket_after(DAYS_KEPT)
