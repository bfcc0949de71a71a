"""`create_<singular>`: a new row; under a key or an id that was seen before, what it has made."""

from migrations.functions.rules import Written


def create(table: Written) -> dict[str, str]:
    name, function = table.name, f"create_{table.singular}"
    values = {
        "user_id": "caller",
        "id": "coalesce(wanted, uuidv7())",
        "revision": "owner.revision + 1",
        # Where the client knows the id, it can send it again.
        "made_from": "case when wanted is not null then request_hash end",
        **table.values,
    }
    source = f"""function {function}(
  body jsonb, key text, request_hash text, email text, name text, row_quota integer, key_quota integer,
  out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  wanted constant uuid := body->>'id';
  owner users := lock_owner(email, name);
  known idempotency_keys;
  keys_today constant integer := case when owner.keys_on >= current_date then owner.keys else 0 end;
  changed {name};
begin
  if key is not null then
    select * into known from idempotency_keys k
      where k.user_id = caller and k.key = {function}.key and k.created_at > now() - interval '24 hours';
    if found and known.request_hash <> {function}.request_hash then
      outcome := 'other_body';
      return;
    elsif found then
      outcome := 'repeated';
      -- A column that was added since has its default.
      item := to_jsonb(jsonb_populate_record(null::{name}, {table.defaults}known.response));
      return;
    end if;
  end if;
  if wanted is not null then
    select * into changed from {name} t where t.user_id = caller and t.id = wanted;
    if found then
      outcome := case when changed.made_from = {function}.request_hash then 'there' else 'conflict' end;
      item := to_jsonb(changed);
      return;
    elsif exists (
      select from deletions d where d.user_id = caller and d.collection = '{name}' and d.id = wanted
    ) then
      outcome := 'deleted';
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
  changed := jsonb_populate_record(null::{name}, {table.defaults}body);
{table.derive}  insert into {name} ({", ".join(values)})
    values ({", ".join(values.values())})
    returning * into changed;
  update users u set revision = u.revision + 1, {name} = u.{name} + 1{table.counts("+ changed.{}::int")}
    where u.id = caller;
  outcome := 'created';
  item := to_jsonb(changed);
  if key is not null then
    insert into idempotency_keys as k (user_id, key, request_hash, response)
      values (caller, {function}.key, {function}.request_hash, item)
      on conflict on constraint idempotency_keys_pkey do update
        set request_hash = excluded.request_hash, response = excluded.response, created_at = now(),
          expires = excluded.expires, bucket = excluded.bucket;
    update users u set keys = keys_today + 1, keys_on = greatest(u.keys_on, current_date) where u.id = caller;
  end if;
end $$"""
    return {f"{function}(jsonb, text, text, text, text, integer, integer)": source}
