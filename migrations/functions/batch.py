"""`batch_<plural>`: a client's operations in their order, once only however often they are sent."""

from migrations.functions.rules import Written, keep_owner

# Of one user and collection; the least recently used makes room.
MOST_CLIENTS = 100


def batch(table: Written) -> dict[str, str]:
    name, singular, function = table.name, table.singular, f"batch_{table.name}"
    source = f"""function {function}(
  client_id uuid, seq bigint, request_hash text, operations jsonb, atomic boolean,
  email text, name text, row_quota integer, allowed integer,
  out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  -- Only a first batch makes the owner's row: a client that goes on after the account was deleted brings back nothing.
  owner users := case when seq = 1 then lock_owner(email, name) else lock_owner() end;
  begun constant users := owner;
  sent constant integer := jsonb_array_length(operations);
  known sync_clients;
  -- Of an array the next is added in place; a JSON array would be written anew for each.
  done jsonb[] := '{{}}';
  results jsonb;
  remaining integer;
  op jsonb;
  answer record;
  failed jsonb;
  status text;
  stale uuid[];
begin
  if owner.id is null then
    outcome := 'unknown_client';
    return;
  end if;
  select * into known from sync_clients c
    where c.user_id = caller and c.collection = '{name}' and c.client_id = {function}.client_id;
  if found and known.seq = seq then
    outcome := case when known.request_hash = request_hash then 'replayed' else 'other_body' end;
    results := known.results;
  elsif found and known.seq > seq then
    outcome := 'superseded';
  elsif seq <> coalesce(known.seq, 0) + 1 then
    outcome := 'unknown_client';
  end if;
  if outcome <> 'replayed' then
    return;
  elsif outcome is null then
    -- The request itself was counted as one.
    if allowed > 0 and sent > 1 then
      remaining := (select c.remaining from count_request(allowed, sent - 1) c);
    end if;
    begin
      for op in select value from jsonb_array_elements(operations) loop
        case op->>'op'
          when 'create' then
            answer := create_{singular}_locked(owner, op->'body', op->>'hash', row_quota);
          when 'patch' then
            answer := patch_{singular}_locked(owner, (op->>'id')::uuid, op->'patch', array[(op->>'version')::bigint]);
          when 'delete' then
            answer := delete_{singular}_locked(owner, (op->>'id')::uuid, array[(op->>'version')::bigint], row_quota);
        end case;
        owner := answer.owner;
        status := case
          when answer.outcome in ('created', 'there', 'same', 'done') then 'done'
          when answer.outcome = 'row_quota' then 'quota'
          else answer.outcome
        end;
        if status = 'not_found' and exists (
          select from deletions d where d.user_id = caller and d.collection = '{name}' and d.id = (op->>'id')::uuid
        ) then
          status := case op->>'op' when 'delete' then 'done' else 'deleted' end;
        end if;
        done := done || jsonb_build_object(
          'status', status,
          'version', case when op->>'op' <> 'delete' or status = 'stale' then answer.item->'version' end,
          'revision', case when answer.outcome in ('created', 'done') then answer.item->'revision' end
        );
        if atomic and status <> 'done' then
          raise exception 'rolled back' using errcode = 'TA409';
        end if;
      end loop;
      results := to_jsonb(done);
    exception when sqlstate 'TA409' then
      owner := begun;
      failed := done[cardinality(done)] || jsonb_build_object('version', (
        select t.version from {name} t
          where t.user_id = caller and t.id = coalesce(op->>'id', op->'body'->>'id')::uuid
      ));
      results := (
        select jsonb_agg(case when n = cardinality(done) then failed
            else '{{"status": "rolled_back", "version": null, "revision": null}}' end order by n)
          from generate_series(1, sent) n
      );
    end;
    if owner.revision <> begun.revision then
  {keep_owner(table)}    end if;
    insert into sync_clients (user_id, collection, client_id, seq, request_hash, results)
      values (caller, '{name}', client_id, seq, request_hash, results)
      on conflict on constraint sync_clients_pkey do update
        set seq = excluded.seq, request_hash = excluded.request_hash, results = excluded.results,
          used_at = excluded.used_at, expires = excluded.expires, bucket = excluded.bucket;
    if known.seq is null then
      delete from sync_clients c where c.user_id = caller and c.collection = '{name}' and c.client_id in (
        select o.client_id from sync_clients o where o.user_id = caller and o.collection = '{name}'
          order by o.used_at desc offset {MOST_CLIENTS}
      );
    end if;
    outcome := 'done';
  end if;
  stale := array(
    select (o.value->>'id')::uuid
      from jsonb_array_elements(operations) with ordinality o
      join jsonb_array_elements(results) with ordinality r using (ordinality)
      where r.value->>'status' = 'stale'
  );
  item := jsonb_build_object('results', results, 'remaining', remaining, 'current', coalesce((
    -- By their ids alone: of a list that is not known yet, a plan may read all rows instead.
    select jsonb_agg(to_jsonb(t)) from {name} t where t.user_id = caller and t.id = any (stale)
  ), '[]'));
end $$"""
    return {f"{function}(uuid, bigint, text, jsonb, boolean, text, text, integer, integer)": source}
