"""`delete_<singular>`, `delete_<plural>`: one row, or all that fit; each leaves a tombstone that holds what it was."""

from migrations.functions.rules import Written, find, keep_owner, with_owner

# Tombstones that a deletion takes away beside as many as it adds, where there are too many.
_TRIMMED = 10


def delete_locked(table: Written) -> dict[str, str]:
    name, function = table.name, f"delete_{table.singular}_locked"
    source = f"""function {function}(
  inout owner users, id uuid, expected bigint[], row_quota integer, out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  stored {name};
begin
{find(table, function)}  delete from {name} t where t.user_id = caller and t.id = {function}.id;
  owner.revision := owner.revision + 1;
  owner.{name} := owner.{name} - 1;
{table.counts("- stored.{}::int")}  insert into deletions (user_id, collection, id, revision, number, content)
    values (caller, '{name}', {function}.id, owner.revision, newest_tombstone('{name}') + 1, to_jsonb(stored));
  perform trim_tombstones('{name}', row_quota, {_TRIMMED});
  outcome := 'done';
  item := to_jsonb(stored) || jsonb_build_object('revision', owner.revision);
end $$"""
    return {f"{function}(users, uuid, bigint[], integer)": source}


def delete(table: Written) -> dict[str, str]:
    parameters = {"id": "uuid", "expected": "bigint[]", "row_quota": "integer"}
    return with_owner(table, f"delete_{table.singular}", parameters)


def delete_many(table: Written) -> dict[str, str]:
    """Where rows can be filtered: nobody deletes all."""
    if not table.rules.filtered:
        return {}
    name, function, counted = table.name, f"delete_{table.name}", table.rules.counted
    fits = "".join(
        f"\n      and (not wanted ? '{column}' or t.{column} = (jsonb_populate_record(null::{name}, wanted)).{column})"
        for column in table.rules.filtered
    )
    # Under a name that no variable and no other column has.
    columns = "".join(f", t.{column} as _{column}" for column in counted)
    counts = "".join(f", count(*) filter (where _{column})" for column in counted)
    into = "".join(f", {column}_gone" for column in counted)
    less = "".join(f"  owner.{count} := owner.{count} - {column}_gone;\n" for column, count in counted.items())
    source = f"""function {function}(
  wanted jsonb, row_quota integer, out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  owner users := lock_owner();
  newest constant bigint := newest_tombstone('{name}');
  gone integer;
{"".join(f"  {column}_gone integer;" + chr(10) for column in counted)}begin
  with _gone as (
    delete from {name} t where t.user_id = caller and owner.id is not null{fits}
      returning t.id, to_jsonb(t) as content{columns}
  ), _numbered as (
    select *, row_number() over (order by id) as n from _gone
  ), _buried as (
    insert into deletions (user_id, collection, id, revision, number, content)
      select caller, '{name}', id, owner.revision + n, newest + n, content from _numbered
  )
  select count(*){counts} into gone{into} from _numbered;
  outcome := 'done';
  item := jsonb_build_object('count', gone);
  -- Nor is there an owner, where there was none to lock.
  if gone = 0 then
    return;
  end if;
  owner.revision := owner.revision + gone;
  owner.{name} := owner.{name} - gone;
{less}{keep_owner(table)}  perform trim_tombstones('{name}', row_quota, gone + {_TRIMMED});
end $$"""
    return {f"{function}(jsonb, integer)": source}
