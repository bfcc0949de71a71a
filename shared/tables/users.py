"""Users: who owns everything else."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Integer, Text
from sqlmodel import Field, SQLModel

from shared.core.sql.columns import default, timestamp


class User(SQLModel, table=True):
    """A caller that has written at least once. `id` is the token's subject: text, as not every issuer uses UUIDs.

    Who writes locks this row first. `revision` is the last one that was given to a write; a live count for each owned
    table is added by that table. `keys` idempotency keys were kept on the day `keys_on`.
    """

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("length(id) between 1 and 255", name="users_id_check"),)

    id: str = Field(primary_key=True, sa_type=Text)
    email: str | None = Field(sa_type=Text)
    name: str | None = Field(sa_type=Text)
    revision: int = Field(sa_type=BigInteger, sa_column_kwargs=default("0"))
    keys: int = Field(sa_type=Integer, sa_column_kwargs=default("0"))
    keys_on: date | None = Field(sa_type=Date)
    created_at: datetime = timestamp(default="now()")
    updated_at: datetime = timestamp(default="now()")
