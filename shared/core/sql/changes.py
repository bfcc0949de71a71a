"""The feed of an owned table: what its owner has changed since a revision, in the order in which it was changed."""

from collections.abc import Sequence
from typing import Any

from shared.core.database.statement import Statement

# Each branch is cut by itself, so that neither is read further than the page. All of it is of one snapshot: the head
# is that of the rows. A caller without a row has a line too, without an epoch. No column
# of a model begins as ours do.
_CHANGES = """
with page as (
  (
    select {table}.revision as _revision, {table}.id as _id, {columns} from {table}
      where {table}.user_id = %(user_id)s::text and {table}.revision > %(position)s::bigint
      order by {table}.revision limit %(rows)s::integer
  ) union all (
    select d.revision, d.id, {nulls} from deletions d
      where d.user_id = %(user_id)s::text and d.collection = '{table}'
        and d.revision > greatest(%(position)s::bigint, %(buried)s::bigint)
      order by d.revision limit %(rows)s::integer
  )
  order by _revision limit %(rows)s::integer
)
select u.epoch as _epoch, coalesce(u.revision, 0) as _head, coalesce((u.trimmed->>'{table}')::bigint, 0) as _trimmed,
    extract(epoch from now())::bigint as _now, page.*
  from (select) one left join users u on u.id = %(user_id)s::text left join page on true
  order by page._revision
"""


def changes(table: str, columns: Sequence[str]) -> Statement:
    """Of a tombstone the columns are null, the id too."""
    named = ", ".join(f"{table}.{column}" for column in columns)
    sql: Any = _CHANGES.format(table=table, columns=named, nulls=", ".join("null" for _ in columns))
    return Statement(sql, read_only=True, repeatable=True, name=f"changes_of_{table}")
