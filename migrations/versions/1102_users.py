"""Users, what is kept of their requests and deletions, the roles that serve and purge, and row-level security.

Runs as the kind of owner that Neon gives: not a superuser, but `createrole`.
"""

from alembic import op

from migrations.row_security import expiring, wall

revision = "1001"
down_revision = None
branch_labels = None
depends_on = None

# Roles belong to the whole cluster, so another database may have made this one already; whoever migrates here must
# then be allowed to grant it (be its creator, or have been given it with the admin option).
ROLE = """
do $$
begin
  if not exists (select from pg_roles where rolname = '{role}') then
    create role {role} nologin nosuperuser nocreatedb nocreaterole noinherit nobypassrls;
  end if;
  -- Able to become it, never having its rights unasked.
  execute format('grant {role} to %I with set true, inherit false', current_user);
end
$$
"""

# PostgreSQL 18 has it built in. Before it, this one: milliseconds, then the fraction of a millisecond in the twelve
# bits that RFC 9562 leaves for it, so that ids made one after the other sort so.
UUIDV7 = """
do $do$
begin
  if to_regprocedure('pg_catalog.uuidv7()') is null then
    create function uuidv7() returns uuid language plpgsql volatile parallel safe as $$
    declare
      microseconds constant bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
      fraction constant integer := (microseconds % 1000 * 4096 / 1000)::integer;
      bytes bytea := substring(int8send(microseconds / 1000) from 3) || substring(uuid_send(gen_random_uuid()) from 7);
    begin
      bytes := set_byte(set_byte(bytes, 6, 112 | (fraction >> 8)), 7, fraction & 255);
      return encode(bytes, 'hex')::uuid;
    end $$;
  end if;
end
$do$
"""

# Every write makes a version of the owner's row; half a page is left for them, so that no index is touched.
USERS = """
create table users (
  id text primary key check (length(id) between 1 and 255),
  email text,
  name text,
  revision bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
) with (fillfactor = 50)
"""

# Takes the caller's row, which orders the writes of one user, until the transaction ends. With an e-mail or a name it
# makes the row where there is none; it keeps what the first token said.
LOCK_OWNER = """
create function lock_owner() returns users language plpgsql as $$
declare
  owner users;
begin
  select * into owner from users u where u.id = current_setting('app.user_id') for no key update;
  return owner;
end $$;
create function lock_owner(email text, name text) returns users language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  owner users;
begin
  loop
    select * into owner from users u where u.id = caller for no key update;
    exit when found;
    insert into users (id, email, name) values (caller, email, name) on conflict do nothing;
  end loop;
  return owner;
end $$
"""

TABLES = (
    """
create table idempotency_keys (
  user_id text not null references users (id) on delete cascade,
  key text not null check (length(key) between 1 and 255),
  request_hash text not null,
  response jsonb not null,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
)
""",
    # Unlogged: after a crash they begin anew, which costs nobody anything.
    """
create unlogged table rate_limits (
  user_id text not null,
  window_start timestamptz not null,
  requests integer not null,
  primary key (user_id, window_start)
)
""",
    """
create table deletions (
  user_id text not null references users (id) on delete cascade,
  collection text not null,
  id uuid not null,
  revision bigint not null,
  deleted_at timestamptz not null default now(),
  primary key (user_id, collection, id)
)
""",
    "create index idempotency_keys_age on idempotency_keys (created_at)",
    "create index rate_limits_age on rate_limits (window_start)",
    "create unique index deletions_owner_revision on deletions (user_id, collection, revision)",
    "create index deletions_age on deletions (deleted_at)",
)

# Counts the caller's request in the current minute and gives what is left of it. Over the limit it raises TA429, which
# ends the batch that it stands in; the detail is the seconds until the next minute.
COUNT_REQUEST = """
create function count_request(allowed integer, out remaining integer, out seconds integer)
language plpgsql as $$
declare
  counted integer;
begin
  seconds := ceil(60 - extract(second from clock_timestamp()));
  insert into rate_limits as r (user_id, window_start, requests)
    values (current_setting('app.user_id'), date_trunc('minute', clock_timestamp()), 1)
    on conflict (user_id, window_start) do update set requests = r.requests + 1 where r.requests < allowed
    returning r.requests into counted;
  if counted is null then
    raise exception 'rate limit' using errcode = 'TA429', detail = seconds::text;
  end if;
  remaining := allowed - counted;
end
$$
"""


def upgrade() -> None:
    for role in ("tasks_api", "tasks_purge"):
        op.execute(ROLE.format(role=role))
        op.execute(f"grant usage on schema public to {role}")
    for statement in (UUIDV7, USERS, *TABLES, LOCK_OWNER, COUNT_REQUEST):
        op.execute(statement)
    wall("users", owner="id")
    for table in ("idempotency_keys", "rate_limits", "deletions"):
        wall(table)
    expiring("idempotency_keys", "created_at", "24 hours")
    expiring("rate_limits", "window_start", "1 hour")
    expiring("deletions", "deleted_at", "91 days")


# A role goes only where this was the last database that used it.
DROP_ROLE = """
do $$
begin
  drop role {role};
exception when dependent_objects_still_exist then
  raise notice 'role {role} stays: another database of this cluster uses it';
end
$$
"""


def downgrade() -> None:
    for function in ("count_request(integer)", "lock_owner()", "lock_owner(text, text)"):
        op.execute(f"drop function {function}")
    for table in ("deletions", "rate_limits", "idempotency_keys", "users"):
        op.execute(f"drop table {table}")
    op.execute("drop function if exists public.uuidv7()")
    for role in ("tasks_purge", "tasks_api"):
        op.execute(f"revoke usage on schema public from {role}")
        op.execute(DROP_ROLE.format(role=role))
