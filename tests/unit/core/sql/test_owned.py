"""The statement of a list, whatever the columns of its table are called."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text, Uuid

from shared.core.resource.listing import TOTAL
from shared.core.resource.schemas import NEWEST_FIRST
from shared.core.sql.pages import listing, orders


def test_a_column_may_be_called_total() -> None:
    metadata = MetaData()
    Table("users", metadata, Column("id", Text), Column("orders", Integer))
    table = Table(
        "orders",
        metadata,
        Column("user_id", Text, ForeignKey("users.id")),
        Column("id", Uuid),
        Column("revision", Integer),
        Column("total", Integer),
    )

    found = listing(table, (), orders(table)[NEWEST_FIRST])

    assert found.rows.startswith("SELECT orders.user_id, orders.id, orders.total \n")
    counted = found.statement(filtered=(), searched=False, after=False, counted=True)
    assert counted.sql.startswith(f"SELECT counted.{TOTAL}, page.* FROM ")
