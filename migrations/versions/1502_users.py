"""Users, and what is kept of their requests, deletions and devices, behind row-level security."""

from alembic import op

from migrations.retention import expiring
from migrations.row_security import wall

revision = "1502"
down_revision = "1501"
branch_labels = None
depends_on = None

# Every write makes a version of the owner's row; half a page is left for them, so that no index is touched. `keys`
# idempotency keys were kept on the day `keys_on`. `epoch` parts an account from another of the same subject before it,
# and a database from one that it was restored from; `trimmed` has, by collection, the revision of the last tombstone
# that made room for a newer one.
USERS = """
create table users (
  id text primary key check (length(id) between 1 and 255),
  email text,
  name text,
  epoch uuid not null default gen_random_uuid(),
  revision bigint not null default 0,
  trimmed jsonb not null default '{}',
  keys integer not null default 0,
  keys_on date,
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
  if current_setting('app.attempt', true) <> '' then
    perform begin_attempt();
  end if;
  select * into owner from users u where u.id = current_setting('app.user_id') for no key update;
  return owner;
end $$;
create function lock_owner(email text, name text) returns users language plpgsql as $$
declare
  owner users;
begin
  loop
    owner := lock_owner();
    exit when owner.id is not null;
    insert into users (id, email, name) values (current_setting('app.user_id'), lock_owner.email, lock_owner.name)
      on conflict do nothing;
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
    # Attempts at a write whose answer was lost, and that were made again. They do not go with an account: what comes
    # late must not bring it back.
    """
create table lost_attempts (
  user_id text,
  attempt uuid,
  primary key (user_id, attempt)
)
""",
    # Unlogged: after a crash they begin anew, which costs nobody anything. One row for a caller, changed in place.
    """
create unlogged table rate_limits (
  user_id text primary key,
  window_start timestamptz not null,
  requests integer not null
) with (fillfactor = 50)
""",
    # `number` counts those of a user and a collection: from the newest to the oldest there are at most so many.
    # `content` is the row as it was.
    """
create table deletions (
  user_id text not null references users (id) on delete cascade,
  collection text not null,
  id uuid not null,
  revision bigint not null,
  number bigint not null,
  content jsonb not null,
  deleted_at timestamptz not null default now(),
  primary key (user_id, collection, id)
)
""",
    "create unique index deletions_owner_revision on deletions (user_id, collection, revision)",
    # The last batch of each client, and what it was answered.
    """
create table sync_clients (
  user_id text not null references users (id) on delete cascade,
  collection text not null,
  client_id uuid not null,
  seq bigint not null,
  request_hash text not null,
  results jsonb not null,
  used_at timestamptz not null default clock_timestamp(),
  primary key (user_id, collection, client_id)
)
""",
)

# `app.attempt` names an attempt at a write, and `app.repeats` the one before it, whose answer was lost. That may be
# under way yet: after its repetition it would undo what was written since, so it is refused. Both lock its name, for
# what the other has written down is not to be seen before it ends.
BEGIN_ATTEMPT = """
create function begin_attempt() returns boolean language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  attempt constant uuid := nullif(current_setting('app.attempt', true), '');
  repeats constant uuid := nullif(current_setting('app.repeats', true), '');
begin
  if repeats is not null then
    perform pg_advisory_xact_lock(hashtextextended(repeats::text, 0));
    insert into lost_attempts (user_id, attempt) values (caller, repeats) on conflict do nothing;
  end if;
  perform pg_advisory_xact_lock(hashtextextended(attempt::text, 0));
  if exists (select from lost_attempts l where l.user_id = caller and l.attempt = attempt) then
    raise exception 'overtaken by its repetition' using errcode = 'TA410';
  end if;
  return true;
end $$
"""

# How tombstones are numbered, and made as few as there may be rows: the oldest go, `most` at a time. Where one is taken
# from among them, the numbers on the shorter side close up, and go on counting those that there are; as a rule none has
# to. What the purge may be deleting is left to it: that it counts for one more does no harm.
TOMBSTONES = """
create function newest_tombstone(collection text) returns bigint language sql as $$
  select coalesce((
    select d.number from deletions d
      where d.user_id = current_setting('app.user_id') and d.collection = newest_tombstone.collection
      order by d.revision desc limit 1
  ), 0)
$$;
create function trim_tombstones(collection text, kept integer, most integer) returns void language plpgsql as $$
declare
  caller constant text := current_setting('app.user_id');
  newest constant bigint := newest_tombstone(collection);
  last bigint;
  too_many uuid[];
begin
  select max(oldest.revision), array_agg(oldest.id) into last, too_many from (
    select d.id, d.revision, d.number from deletions d
      where d.user_id = caller and d.collection = trim_tombstones.collection order by d.revision limit most
  ) oldest where oldest.number <= newest - kept;
  if last is not null then
    -- By their ids: how many are older than a revision the planner takes from all users', and may read all for a few.
    delete from deletions d
      where d.user_id = caller and d.collection = trim_tombstones.collection and d.id = any (too_many);
    update users u set trimmed = u.trimmed || jsonb_build_object(collection, last) where u.id = caller;
  end if;
end $$;
create function close_gap(collection text, revision bigint, number bigint) returns void language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  newest constant bigint := newest_tombstone(collection);
  oldest constant bigint := (
    select d.number from deletions d
      where d.user_id = caller and d.collection = close_gap.collection order by d.revision limit 1
  );
begin
  if newest - number <= number - oldest then
    update deletions d set number = d.number - 1
      where d.user_id = caller and d.collection = close_gap.collection and d.revision > close_gap.revision;
  else
    update deletions d set number = d.number + 1
      where d.user_id = caller and d.collection = close_gap.collection and d.revision < close_gap.revision
        and d.expires > current_date;
  end if;
end $$
"""

# Counts the caller's request, or so many, in the current minute and gives what is left of it. Over the limit it raises
# TA429, which ends the batch that it stands in; the detail is the seconds until the next minute, the hint what is left
# to who asked for more than that; nothing where the limit was lowered meanwhile.
# Who waited for the row may find a later minute in it than its own. Once a day the row is put off to another day.
COUNT_REQUEST = """
create function count_request(
  allowed integer, asked integer default 1, out remaining integer, out seconds integer
)
language plpgsql as $$
declare
  caller constant text := current_setting('app.user_id');
  asked_at constant timestamptz := clock_timestamp();
  this_minute constant timestamptz := date_trunc('minute', asked_at);
  counted integer;
begin
  seconds := ceil(60 - extract(second from asked_at));
  update rate_limits r set
      window_start = greatest(r.window_start, this_minute),
      requests = case when r.window_start < this_minute then asked else r.requests + asked end
    where r.user_id = caller and r.expires > current_date
      and (r.window_start < this_minute or r.requests + asked <= allowed)
    returning r.requests into counted;
  if counted is null then
    insert into rate_limits as r (user_id, window_start, requests) values (caller, this_minute, asked)
      on conflict on constraint rate_limits_pkey do update set
        window_start = greatest(r.window_start, this_minute),
        requests = case when r.window_start < this_minute then asked else r.requests + asked end,
        expires = excluded.expires, bucket = excluded.bucket
      where r.window_start < this_minute or r.requests + asked <= allowed
      returning r.requests into counted;
  end if;
  if counted is null then
    select r.requests into counted from rate_limits r where r.user_id = caller;
    raise exception 'rate limit' using errcode = 'TA429', detail = seconds::text,
      hint = greatest(allowed - counted, 0)::text;
  end if;
  remaining := allowed - counted;
end
$$
"""
FUNCTIONS = (
    *("begin_attempt()", "lock_owner()", "lock_owner(text, text)"),
    *("newest_tombstone(text)", "trim_tombstones(text, integer, integer)", "close_gap(text, bigint, bigint)"),
    "count_request(integer, integer)",
)


def upgrade() -> None:
    for statement in (USERS, *TABLES, BEGIN_ATTEMPT, LOCK_OWNER, TOMBSTONES, COUNT_REQUEST):
        op.execute(statement)
    for function in FUNCTIONS:
        op.execute(f"grant execute on function {function} to tasks_api")
    wall("users", owner="id")
    for table in ("idempotency_keys", "rate_limits", "lost_attempts", "deletions", "sync_clients"):
        wall(table)
    # The second day after is the first that is wholly past their lifetime; a tombstone's is 91 days, and
    # a client's as long after its last batch.
    expiring("idempotency_keys", 2)
    expiring("rate_limits", 2)
    expiring("lost_attempts", 2)
    expiring("deletions", 92)
    expiring("sync_clients", 92)


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"drop function {function}")
    for table in ("sync_clients", "deletions", "lost_attempts", "rate_limits", "idempotency_keys", "users"):
        op.execute(f"drop table {table}")
