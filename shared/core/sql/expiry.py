"""Rows that go by themselves: each refers to the day on which it goes, and goes with it (migrations/retention.py)."""

from typing import Any

from sqlalchemy import Date, ForeignKeyConstraint, Index, SmallInteger
from sqlalchemy.schema import SchemaItem
from sqlmodel import Field

from shared.core.sql.columns import default


def expires_after(days: int) -> Any:
    """The day on which the row goes, `days` after the one on which it is written."""
    return Field(sa_type=Date, sa_column_kwargs=default(f"(CURRENT_DATE + {days})"))


def bucket_after(days: int) -> Any:
    """The caller's piece of that day; the default makes it."""
    return Field(sa_type=SmallInteger, sa_column_kwargs=default(f"retention.bucket_of((CURRENT_DATE + {days}))"))


def goes_with_its_day(table: str) -> tuple[SchemaItem, ...]:
    columns = ["expires", "bucket"]
    days = ["retention.days.day", "retention.days.bucket"]
    return (
        ForeignKeyConstraint(columns, days, name=f"{table}_day", ondelete="CASCADE"),
        Index(f"{table}_expires", *columns),
    )
