"""The table of a resource, whole: columns, keys, indexes, wall, live count, and the functions that write to it.

What a released migration calls never changes: a helper with another meaning gets another name.
"""

from collections.abc import Mapping

from alembic import op

from migrations.row_security import wall
from migrations.write_functions import Rules, functions, write_functions


def owned_table(
    name: str,
    singular: str,
    columns: Mapping[str, str],
    *,
    rules: Rules = Rules(),  # noqa: B008  # it cannot be changed
) -> None:
    """Make the table; `columns` are the SQL definitions of those of its own, by name."""
    # First of all, for the reference to users locks that table as well, less: whoever writes would meanwhile have come
    # so far that neither can go on.
    for count in rules.live_counts(name):
        op.execute(f"alter table users add column {count} integer not null default 0")
    own = "".join(f"  {column} {definition},\n" for column, definition in columns.items())
    op.execute(f"""
create table {name} (
  user_id text not null references users (id) on delete cascade,
  id uuid not null default uuidv7(),
{own}  version bigint not null default 1,
  revision bigint not null,
  made_from text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
)""")
    op.execute(f"create unique index {name}_owner_revision on {name} (user_id, revision)")
    for column in rules.filtered:
        op.execute(f"create index {name}_owner_{column} on {name} (user_id, {column}, id desc)")
    # Last: to the planner all of them find the one row of a user who has one, or had one when it looked. Of plans that
    # cost the same it takes the newest index's, and by the others it would read all rows of who has more by now.
    op.execute(f"alter table {name} add primary key (user_id, id)")
    wall(name)
    write_functions(name, singular, columns, rules)


def drop_owned_table(name: str, singular: str, *, rules: Rules = Rules()) -> None:  # noqa: B008
    """Take away what `owned_table` made, and what is kept of its rows. Stored answers are purged in their time."""
    for function in functions(name, singular, {}, rules):
        op.execute(f"drop function {function}")
    op.execute(f"drop table {name}")
    for count in rules.live_counts(name):
        op.execute(f"alter table users drop column {count}")
    # A table that is called the same one day would have them for its own. The wall binds whoever migrates, too.
    for kept in ("deletions", "sync_clients"):
        op.execute(f"alter table {kept} no force row level security")
        op.execute(f"delete from {kept} where collection = '{name}'")
        op.execute(f"alter table {kept} force row level security")
