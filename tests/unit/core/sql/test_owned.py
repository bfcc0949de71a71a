"""The statement of a list, whatever the columns of its table are called."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects import postgresql

from shared.core.resource.schemas import NEWEST_FIRST
from shared.core.resource.statements import TOTAL
from shared.core.sql.pages import orders, page


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

    statement = str(page(table, (), orders(table)[NEWEST_FIRST]).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]

    assert statement.startswith(f"SELECT counted.{TOTAL}, page.user_id, page.id, page.total \n")
