"""The rows that events are replayed against: 1 and 2 are alice's, 3 is bob's, 4 was alice's and 5 was bob's."""

import hashlib
import json
from itertools import count
from typing import Any
from uuid import UUID

from local.scaffold.resource import Resource

_FIRST_DAY_S, _DAY_S = 1767225600, 86400
# Of the deleted one, when it was there. The others follow: no more than tasks have of the same users, so that with a
# resource or without it the next revision is the same.
_FIRST_REVISION = 1


def id_of(resource: Resource, number: int) -> str:
    """A UUIDv7 that no other resource has."""
    digest = hashlib.sha256(f"{resource.names.plural} {number}".encode()).digest()
    milliseconds = (_FIRST_DAY_S + (number - 1) * _DAY_S) * 1000
    value = milliseconds << 80 | 7 << 76 | 2 << 62 | int.from_bytes(digest[:6])
    return str(UUID(int=value))


def made_at(number: int) -> str:
    return f"2026-01-0{number}T09:00:00Z"


def row_of(resource: Resource, number: int, user: str = "alice", **others: Any) -> dict[str, Any]:
    """As it is answered; `others` are what has become of it."""
    at = made_at(number)
    own = {"id": id_of(resource, number), "user_id": user, "version": 1, "created_at": at, "updated_at": at}
    return {**own, **resource.body(number), **others}


def seed(resource: Resource) -> str:
    """The rows as SQL."""
    return f"""-- {resource.names.many.capitalize()} with fixed ids and times, and deleted ones.
begin;
set local role tasks_api;

{_rows_of(resource, "alice", (1, 2), 4)}
{_rows_of(resource, "bob", (3,), 5)}
commit;
"""


def _rows_of(resource: Resource, user: str, numbers: tuple[int, ...], deleted: int) -> str:
    """Of one user, as which they have to be written."""
    plural = resource.names.plural
    content = {**row_of(resource, deleted, user), "revision": _FIRST_REVISION, "made_from": None}
    revisions = count(_FIRST_REVISION + 1)
    rows = [{**row_of(resource, number, user), "revision": next(revisions)} for number in numbers]
    last = next(revisions)
    inserted = ",\n".join(f"  ({', '.join(map(_literal, row.values()))})" for row in rows)
    tombstone = (user, plural, content["id"], last, 1, json.dumps(content, ensure_ascii=False))
    return f"""select set_config('app.user_id', '{user}', true);
insert into {plural} ({", ".join(rows[0])}) values
{inserted};
insert into deletions (user_id, collection, id, revision, number, content) values
  ({", ".join(map(_literal, tombstone))});
update users set revision = greatest(revision, {last}), {plural} = {len(rows)};
"""  # noqa: S608  # names and values of ours


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).lower() if isinstance(value, bool) else str(value)
