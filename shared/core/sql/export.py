"""The export of a table: whatever it keeps of a user, each row whole and as PostgreSQL writes it in JSON."""

from typing import Any

from sqlalchemy import Table

from shared.core.resource.export import ExportTable
from shared.core.sql.terms import sql_type_of

_ROWS = (
    "SELECT row_number() OVER (ORDER BY {order}) AS n, ARRAY[{key}]::text[] AS key, "
    "json_build_object('table', '{table}', 'row', row_to_json({table}.*))::text AS item "
    "FROM {table} WHERE {table}.{owner} = %(user_id)s::text"
)


def exported(table: Table, owner: str) -> ExportTable:
    """`owner` is the column of its key that names the user."""
    key = [column for column in table.primary_key.columns if column.name != owner]
    names = [f"{table.name}.{column.name}" for column in key]
    types = tuple(sql_type_of(column) for column in key)
    order: Any = ", ".join(names) or f"{table.name}.{owner}"
    wanted = ", ".join(f"%(key_{n})s::{sql_type}" for n, sql_type in enumerate(types))
    texts = ", ".join(f"{name}::text" for name in names)
    rows: Any = _ROWS.format(table=table.name, owner=owner, order=order, key=texts)
    # Of a user's only row there is none after it.
    after: Any = f"({', '.join(names)}) > ({wanted})" if key else "false"
    return ExportTable(str(table.name), rows, after, order, types)
