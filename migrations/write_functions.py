"""The functions that write to an owned table: `create_`, `patch_` and `delete_`, for one of it.

What a released migration calls never changes: a helper with another meaning gets another name.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from alembic import op

# Tombstones that a deletion takes away, where there are too many.
_TRIMMED = 10


class Rules(NamedTuple):
    """What the functions do beside storing what they are given.

    `counted`: boolean columns, and the column of users that counts the rows where it is true. `derived`: columns that
    nobody sends, and the SQL of each in terms of `changed`, the row as it is about to be.
    """

    counted: Mapping[str, str] = {}
    derived: Mapping[str, str] = {}


def write_functions(name: str, singular: str, columns: Mapping[str, str], rules: Rules = Rules()) -> None:  # noqa: B008
    """Write the table's functions anew: in the migration that adds a column, with all columns that there are then."""
    for signature, source in functions(name, singular, columns, rules).items():
        op.execute(f"create or replace {source}")
        op.execute(f"grant execute on function {signature} to tasks_api")


def functions(name: str, singular: str, columns: Mapping[str, str], rules: Rules = Rules()) -> dict[str, str]:  # noqa: B008
    """The source of each function, by its name with the types that it takes.

    They run as the caller, whom row security binds, and take the caller's row first: from there on no other write of
    this user runs, and as each statement inside sees what was done before it began, all that follows is exact.
    """
    return {
        f"create_{singular}(jsonb, text, text, text, text, integer, integer)": _create(name, singular, columns, rules),
        f"patch_{singular}(uuid, jsonb, bigint[])": _patch(name, singular, columns, rules),
        f"delete_{singular}(uuid, bigint[], integer)": _delete(name, singular, rules),
    }


def defaults(columns: Mapping[str, str]) -> dict[str, str]:
    """The default of each column that has one, as SQL."""
    found = {name: re.search(r"\bdefault ('(?:[^']|'')*'|\S+)", definition) for name, definition in columns.items()}
    return {name: match[1] for name, match in found.items() if match}


def _create(name: str, singular: str, columns: Mapping[str, str], rules: Rules) -> str:
    given = ", ".join(f"'{column}', {value}" for column, value in defaults(columns).items())
    base = f"jsonb_build_object({given}) || " if given else ""
    counts = "".join(f", {count} = u.{count} + changed.{column}::int" for column, count in rules.counted.items())
    return f"""function create_{singular}(
  body jsonb, key text, request_hash text, email text, name text, row_quota integer, key_quota integer,
  out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  owner users := lock_owner(email, name);
  known idempotency_keys;
  keys_today constant integer := case when owner.keys_on >= current_date then owner.keys else 0 end;
  changed {name};
begin
  if key is not null then
    select * into known from idempotency_keys k
      where k.user_id = caller and k.key = create_{singular}.key and k.created_at > now() - interval '24 hours';
    if found and known.request_hash <> create_{singular}.request_hash then
      outcome := 'other_body';
      return;
    elsif found then
      outcome := 'repeated';
      -- A column that was added since has its default.
      item := to_jsonb(jsonb_populate_record(null::{name}, {base}known.response));
      return;
    end if;
  end if;
  if owner.{name} >= row_quota then
    outcome := 'row_quota';
    return;
  elsif key is not null and keys_today >= key_quota then
    outcome := 'key_quota';
    return;
  end if;
  changed := jsonb_populate_record(null::{name}, {base}body);
{_derive(rules)}  insert into {name} ({", ".join(("user_id", "revision", *columns))})
    values ({", ".join(("caller", "owner.revision + 1", *(f"changed.{column}" for column in columns)))})
    returning * into changed;
  update users u set revision = u.revision + 1, {name} = u.{name} + 1{counts} where u.id = caller;
  outcome := 'created';
  item := to_jsonb(changed);
  if key is not null then
    insert into idempotency_keys as k (user_id, key, request_hash, response)
      values (caller, create_{singular}.key, create_{singular}.request_hash, item)
      on conflict on constraint idempotency_keys_pkey do update
        set request_hash = excluded.request_hash, response = excluded.response, created_at = now(),
          expires = excluded.expires, bucket = excluded.bucket;
    update users u set keys = keys_today + 1, keys_on = greatest(u.keys_on, current_date) where u.id = caller;
  end if;
end $$"""


def _patch(name: str, singular: str, columns: Mapping[str, str], rules: Rules) -> str:
    values = "".join(f"{column} = changed.{column}, " for column in columns)
    counts = "".join(
        f", {count} = u.{count} + changed.{column}::int - stored.{column}::int"
        for column, count in rules.counted.items()
    )
    return f"""function patch_{singular}(
  id uuid, patch jsonb, expected bigint[], out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  owner users := lock_owner();
  stored {name};
  changed {name};
begin
{_find(name, singular)}  -- What the patch does not name stays; what it names with null becomes null.
  changed := jsonb_populate_record(stored, patch);
{_derive(rules)}  if changed is not distinct from stored then
    outcome := 'same';
    item := to_jsonb(stored);
    return;
  end if;
  update {name} t set {values}
      version = stored.version + 1, revision = owner.revision + 1,
      -- The batch may have begun before the one that it waited for.
      updated_at = greatest(stored.updated_at, now())
    where t.user_id = caller and t.id = patch_{singular}.id returning * into changed;
  update users u set revision = u.revision + 1{counts} where u.id = caller;
  outcome := 'done';
  item := to_jsonb(changed);
end $$"""


def _delete(name: str, singular: str, rules: Rules) -> str:
    counts = "".join(f", {count} = u.{count} - stored.{column}::int" for column, count in rules.counted.items())
    return f"""function delete_{singular}(
  id uuid, expected bigint[], row_quota integer, out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  owner users := lock_owner();
  stored {name};
  number bigint;
begin
{_find(name, singular, verb="delete")}  delete from {name} t where t.user_id = caller and t.id = delete_{singular}.id;
  select d.number into number from deletions d
    where d.user_id = caller and d.collection = '{name}' order by d.revision desc limit 1;
  number := coalesce(number, 0) + 1;
  insert into deletions (user_id, collection, id, revision, number)
    values (caller, '{name}', delete_{singular}.id, owner.revision + 1, number);
  -- As many tombstones as there may be rows: the oldest make room. A few at a time, should the quota have been lowered.
  delete from deletions d where d.user_id = caller and d.collection = '{name}' and d.revision in (
    select oldest.revision from (
      select o.revision, o.number from deletions o
        where o.user_id = caller and o.collection = '{name}' order by o.revision limit {_TRIMMED}
    ) oldest where oldest.number <= number - row_quota
  );
  update users u set revision = u.revision + 1, {name} = u.{name} - 1{counts} where u.id = caller;
  outcome := 'done';
  item := to_jsonb(stored);
end $$"""


def _find(name: str, singular: str, verb: str = "patch") -> str:
    return f"""  select * into stored from {name} t where t.user_id = caller and t.id = {verb}_{singular}.id;
  if not found then
    outcome := 'not_found';
    return;
  elsif stored.version <> all (expected) then
    outcome := 'stale';
    item := to_jsonb(stored);
    return;
  end if;
"""


def _derive(rules: Rules) -> str:
    return "".join(f"  changed.{column} := {derived};\n" for column, derived in rules.derived.items())
