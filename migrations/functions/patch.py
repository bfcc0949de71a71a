"""`patch_<singular>`: changes what a patch names, if the row has a version that is expected."""

from migrations.functions.rules import Written, find, with_owner


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
    return with_owner(table, f"patch_{table.singular}", {"id": "uuid", "patch": "jsonb", "expected": "bigint[]"})
