"""The days on which rows go that are kept for a while."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, SmallInteger, func, literal_column, select, tuple_
from sqlmodel import Field, SQLModel, delete

from shared.core.sql.owned import table_of
from shared.core.sql.terms import compiled


class Day(SQLModel, table=True):
    """A piece of a day. The rows that refer to it go with it; nobody's data is in it."""

    __tablename__ = "days"
    __table_args__ = (CheckConstraint("bucket between 0 and 31", name="days_bucket_check"), {"schema": "retention"})

    day: date = Field(primary_key=True, sa_type=Date)
    bucket: int = Field(primary_key=True, sa_type=SmallInteger)


_DAYS = table_of(Day)
_KEY = _DAYS.primary_key.columns
_OLDEST = select(*_KEY).where(_DAYS.c.day <= func.current_date()).order_by(*_KEY).limit(literal_column("1"))
# One piece that is past, the oldest, with all that refers to it. Repeatable: what is gone stays gone.
PURGE_DAY = compiled(
    select(func.count().label("purged")).select_from(
        delete(_DAYS).where(tuple_(*_KEY).in_(_OLDEST)).returning(literal_column("1").label("one")).cte("purged")
    ),
    name="purge_day",
    repeatable=True,
)
