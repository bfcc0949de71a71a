"""Request counters."""

from datetime import datetime

from sqlalchemy import DateTime, Index, Text
from sqlmodel import Field, SQLModel

from shared.core.sql.expiry import purging
from shared.core.sql.owned import table_of

COUNTER_LIFETIME = "1 hour"


class RateLimit(SQLModel, table=True):
    """How many requests a caller made in one minute. Unlogged; no foreign key, for callers count before they write."""

    __tablename__ = "rate_limits"
    __table_args__ = (Index("rate_limits_age", "window_start"), {"prefixes": ["UNLOGGED"]})

    user_id: str = Field(primary_key=True, sa_type=Text)
    window_start: datetime = Field(primary_key=True, sa_type=DateTime(timezone=True))
    requests: int


PURGE_RATE_LIMITS = purging(table_of(RateLimit), "window_start", COUNTER_LIFETIME)
