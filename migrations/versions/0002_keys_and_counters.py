"""Idempotency keys, request counters, and the role that purges them.

The counters are unlogged: after a crash they begin anew, which costs nobody anything.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    """
create table idempotency_keys (
  user_id text not null references users (id) on delete cascade,
  key text not null constraint idempotency_keys_key_length check (length(key) between 1 and 255),
  request_hash text not null,
  response jsonb not null,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
)
""",
    """
create unlogged table rate_limits (
  user_id text not null,
  window_start timestamptz not null,
  requests integer not null,
  primary key (user_id, window_start)
)
""",
    "create index idempotency_keys_age on idempotency_keys (created_at)",
    "create index rate_limits_age on rate_limits (window_start)",
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


def security(table: str) -> tuple[str, ...]:
    mine = "user_id = (select current_setting('app.user_id', true))"
    return (
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"create policy {table}_owner on {table} to tasks_api using ({mine}) with check ({mine})",
        f"grant select, insert, update, delete on {table} to tasks_api",
    )


PURGE_ROLE = """
do $$
begin
  if not exists (select from pg_roles where rolname = 'tasks_purge') then
    create role tasks_purge nologin nosuperuser nocreatedb nocreaterole noinherit nobypassrls;
  end if;
  execute format('grant tasks_purge to %I with set true, inherit false', current_user);
end
$$
"""

# What has expired is all that this role sees, and to delete is all that it can do with it.
PURGE = (
    "grant usage on schema public to tasks_purge",
    "grant select, delete on idempotency_keys, rate_limits to tasks_purge",
    """create policy idempotency_keys_expired on idempotency_keys to tasks_purge
         using (created_at < now() - interval '24 hours')""",
    """create policy rate_limits_expired on rate_limits to tasks_purge
         using (window_start < now() - interval '1 hour')""",
)


def upgrade() -> None:
    op.execute(PURGE_ROLE)
    for statement in (*TABLES, COUNT_REQUEST, *security("idempotency_keys"), *security("rate_limits"), *PURGE):
        op.execute(statement)


# The role goes only where this was the last database that used it.
DROP_ROLE = """
do $$
begin
  drop role tasks_purge;
exception when dependent_objects_still_exist then
  raise notice 'role tasks_purge stays: another database of this cluster uses it';
end
$$
"""


def downgrade() -> None:
    op.execute("drop function count_request")
    op.execute("drop table rate_limits")
    op.execute("drop table idempotency_keys")
    op.execute("revoke usage on schema public from tasks_purge")
    op.execute(DROP_ROLE)
