"""`restore_<singular>`: a row that was deleted, as it was; its version goes on."""

from migrations.functions.rules import Written, keep_owner


def restore(table: Written) -> dict[str, str]:
    name, function = table.name, f"restore_{table.singular}"
    values = {
        "user_id": "caller",
        "id": "changed.id",
        "version": "changed.version + 1",
        "revision": "owner.revision + 1",
        "made_from": "changed.made_from",
        "created_at": "changed.created_at",
        **table.values,
    }
    source = f"""function {function}(
  id uuid, row_quota integer, out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  owner users := lock_owner();
  gone deletions;
  changed {name};
begin
  select * into changed from {name} t where t.user_id = caller and t.id = {function}.id;
  if found then
    outcome := 'live';
    return;
  end if;
  -- As long as a copy is promised to be kept up to date, whenever the purge comes.
  select * into gone from deletions d
    where d.user_id = caller and d.collection = '{name}' and d.id = {function}.id
      and d.deleted_at > now() - interval '90 days';
  if not found or owner.id is null then
    outcome := 'not_found';
    return;
  elsif owner.{name} >= row_quota then
    outcome := 'row_quota';
    return;
  end if;
  -- A column that was added since has its default.
  changed := jsonb_populate_record(null::{name}, {table.defaults}gone.content);
{table.derive}  insert into {name} ({", ".join(values)})
    values ({", ".join(values.values())})
    returning * into changed;
  delete from deletions d where d.user_id = caller and d.collection = '{name}' and d.revision = gone.revision;
  perform close_gap('{name}', gone.revision, gone.number);
  owner.revision := changed.revision;
  owner.{name} := owner.{name} + 1;
{table.counts("+ changed.{}::int")}{keep_owner(table)}  outcome := 'done';
  item := to_jsonb(changed);
end $$"""
    return {f"{function}(uuid, integer)": source}
