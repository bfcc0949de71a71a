"""Changes to a table that is in use: nobody waits while its rows are read.

What a released migration calls never changes: a helper with another meaning gets another name.
"""

from collections.abc import Mapping

from alembic import op

# Run again where a migration broke off behind it, it does nothing.
_ADD_CHECK = """
do $$ begin
  if not exists (select from pg_constraint where conrelid = '{table}'::regclass and conname = '{name}') then
    alter table {table} add constraint {name} check {rule} not valid;
  end if;
end $$
"""


def add_columns(table: str, columns: Mapping[str, str]) -> None:
    """By their SQL definitions; a check holds for what is written from now on, until `check_columns` for all rows."""
    for column, definition in columns.items():
        defined, _, rule = definition.partition(" check ")
        op.execute(f"alter table {table} add column if not exists {column} {defined}")
        if rule:
            op.execute(_ADD_CHECK.format(table=table, name=f"{table}_{column}_check", rule=rule))


def check_columns(table: str, columns: Mapping[str, str]) -> None:
    """The last of a migration, whose transaction ends here: all rows are read while others write."""
    with op.get_context().autocommit_block():
        for column, definition in columns.items():
            if " check " in definition:
                op.execute(f"alter table {table} validate constraint {table}_{column}_check")


def add_index(name: str, on: str) -> None:
    """Likewise; `on` is the table with its columns in brackets. What an attempt that broke off has left goes first."""
    with op.get_context().autocommit_block():
        op.execute(f"drop index concurrently if exists {name}")
        op.execute(f"create index concurrently {name} on {on}")
