"""The feed of an owned table: what its owner has changed since a revision, in the order in which it was changed."""

from typing import Any

from shared.core.database.session import Statement

# Each branch is cut by itself, so that neither is read further than the page. All of it is of one snapshot: the head
# is that of the rows. A caller without a row has a line too, without an epoch.
_CHANGES = """
with page as (
  (
    select {table}.revision, {table}.id, to_jsonb({table}) as item from {table}
      where {table}.user_id = %(user_id)s::text and {table}.revision > %(position)s::bigint
      order by {table}.revision limit %(rows)s::integer
  ) union all (
    select d.revision, d.id, null from deletions d
      where d.user_id = %(user_id)s::text and d.collection = '{table}'
        and d.revision > greatest(%(position)s::bigint, %(buried)s::bigint)
      order by d.revision limit %(rows)s::integer
  )
  order by revision limit %(rows)s::integer
)
select u.epoch, coalesce(u.revision, 0) as head, coalesce((u.trimmed->>'{table}')::bigint, 0) as trimmed,
    extract(epoch from now())::bigint as now, page.revision, page.id, page.item
  from (select) one left join users u on u.id = %(user_id)s::text left join page on true
  order by page.revision
"""


def changes(table: str) -> Statement:
    sql: Any = _CHANGES.format(table=table)
    return Statement(sql, read_only=True, repeatable=True)
