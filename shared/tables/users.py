"""Users: who owns everything else."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.core.sql.columns import default, timestamp


class User(SQLModel, table=True):
    """A caller that has written at least once. `id` is the token's subject: text, as not every issuer uses UUIDs.

    Who writes locks this row first. `revision` is the last one that was given to a write; a live count for each owned
    table is added by that table. `keys` idempotency keys were kept on the day `keys_on`.
    `epoch` is of this account alone, and of no earlier one of the same subject; `trimmed` has, by collection, the
    revision of the last tombstone that made room for a newer one.
    """

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("length(id) between 1 and 255", name="users_id_check"),)

    id: str = Field(primary_key=True, sa_type=Text)
    email: str | None = Field(sa_type=Text)
    name: str | None = Field(sa_type=Text)
    epoch: UUID = Field(sa_type=Uuid, sa_column_kwargs=default("gen_random_uuid()"))
    revision: int = Field(sa_type=BigInteger, sa_column_kwargs=default("0"))
    trimmed: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs=default("'{}'"))
    keys: int = Field(sa_type=Integer, sa_column_kwargs=default("0"))
    keys_on: date | None = Field(sa_type=Date)
    created_at: datetime = timestamp(default="now()")
    updated_at: datetime = timestamp(default="now()")
