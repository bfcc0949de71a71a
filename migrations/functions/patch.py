"""`patch_<singular>`: changes what a patch names, if the row has a version that is expected."""

from migrations.functions.rules import Written, find, keep_owner


def patch_locked(table: Written) -> dict[str, str]:
    name, function = table.name, f"patch_{table.singular}_locked"
    values = "".join(f"{column} = changed.{column}, " for column in table.columns)
    source = f"""function {function}(
  inout owner users, id uuid, patch jsonb, expected bigint[], out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  stored {name};
  changed {name};
begin
{find(table, function)}  -- What the patch does not name stays; what it names with null becomes null.
  changed := jsonb_populate_record(stored, patch);
{table.derive}  if changed is not distinct from stored then
    outcome := 'same';
    item := to_jsonb(stored);
    return;
  end if;
  update {name} t set {values}
      version = stored.version + 1, revision = owner.revision + 1,
      -- The batch may have begun before the one that it waited for.
      updated_at = greatest(stored.updated_at, now())
    where t.user_id = caller and t.id = {function}.id returning * into changed;
  owner.revision := changed.revision;
{table.counts("+ changed.{}::int - stored.{}::int")}  outcome := 'done';
  item := to_jsonb(changed);
end $$"""
    return {f"{function}(users, uuid, jsonb, bigint[])": source}


def patch(table: Written) -> dict[str, str]:
    function = f"patch_{table.singular}"
    source = f"""function {function}(
  id uuid, patch jsonb, expected bigint[], out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  owner users := lock_owner();
  done record;
begin
  done := {function}_locked(owner, id, patch, expected);
  outcome := done.outcome;
  item := done.item;
  if outcome <> 'done' then
    return;
  end if;
  owner := done.owner;
{keep_owner(table)}end $$"""
    return {f"{function}(uuid, jsonb, bigint[])": source}
