"""The wall of a table of users' data. What a released migration calls never changes: another meaning, another name."""

from alembic import op

MINE = "{owner} = (select current_setting('app.user_id', true))"


def wall(table: str, owner: str = "user_id") -> None:
    """Whoever asks sees the rows whose column `owner` names the caller, and no others; without a caller, none.

    Forced, so that it binds the table's owner too. The sub-select is evaluated once and keeps the index usable.
    """
    mine = MINE.format(owner=owner)
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy {table}_owner on {table} to tasks_api using ({mine}) with check ({mine})")
    op.execute(f"grant select, insert, update, delete on {table} to tasks_api")
