"""`create_<singular>`: a new row; under a key or an id that was seen before, what it has made."""

from migrations.functions.rules import Written, keep_owner


def create_locked(table: Written) -> dict[str, str]:
    name, function = table.name, f"create_{table.singular}_locked"
    values = {
        "user_id": "caller",
        "id": "coalesce(wanted, uuidv7())",
        "revision": "owner.revision + 1",
        # Where the client knows the id, it can send it again.
        "made_from": "case when wanted is not null then request_hash end",
        **table.values,
    }
    source = f"""function {function}(
  inout owner users, body jsonb, request_hash text, row_quota integer, out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  wanted constant uuid := body->>'id';
  changed {name};
begin
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
  end if;
  changed := jsonb_populate_record(null::{name}, {table.defaults}body);
{table.derive}  insert into {name} ({", ".join(values)})
    values ({", ".join(values.values())})
    returning * into changed;
  owner.revision := changed.revision;
  owner.{name} := owner.{name} + 1;
{table.counts("+ changed.{}::int")}  outcome := 'created';
  item := to_jsonb(changed);
end $$"""
    return {f"{function}(users, jsonb, text, integer)": source}


def create(table: Written) -> dict[str, str]:
    name, function = table.name, f"create_{table.singular}"
    source = f"""function {function}(
  body jsonb, key text, request_hash text, email text, name text, row_quota integer, key_quota integer,
  out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  owner users := lock_owner(email, name);
  keys_today constant integer := case when owner.keys_on >= current_date then owner.keys else 0 end;
  no_key_left constant boolean := key is not null and keys_today >= key_quota;
  known idempotency_keys;
  done record;
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
  -- Without a key left what an id has made is still told, and nothing is made.
  done := create_{table.singular}_locked(owner, body, request_hash, case when no_key_left then 0 else row_quota end);
  outcome := case
    when no_key_left and done.outcome = 'row_quota' and owner.{name} < row_quota then 'key_quota'
    else done.outcome
  end;
  item := done.item;
  if outcome <> 'created' then
    return;
  end if;
  owner := done.owner;
  if key is not null then
    insert into idempotency_keys as k (user_id, key, request_hash, response)
      values (caller, {function}.key, {function}.request_hash, item)
      on conflict on constraint idempotency_keys_pkey do update
        set request_hash = excluded.request_hash, response = excluded.response, created_at = now(),
          expires = excluded.expires, bucket = excluded.bucket;
    owner.keys := keys_today + 1;
    owner.keys_on := greatest(owner.keys_on, current_date);
  end if;
{keep_owner(table, "keys", "keys_on")}end $$"""
    return {f"{function}(jsonb, text, text, text, text, integer, integer)": source}
