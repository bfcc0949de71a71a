"""What every table stands on: the roles that serve and purge, what they may, ids, and the days on which rows go.

Runs as the kind of owner that Neon gives: not a superuser, but `createrole`.
"""

from alembic import op

from migrations.retention import DAYS, DROP_DAYS

revision = "1501"
down_revision = None
branch_labels = None
depends_on = None

ROLES = ("tasks_api", "tasks_purge")

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

# Whoever may connect has no right here unless it was given one; a function too is for those that it is granted to.
# Connecting is left as it is: whom else to let into the database is its owner's to say.
NOTHING_FOR_ALL = """
revoke all on schema public from public;
alter default privileges revoke execute on functions from public;
do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$
"""
AS_POSTGRESQL_HAS_IT = """
grant usage on schema public to public;
alter default privileges grant execute on functions to public;
do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$
"""

# Alembic's own table is for whoever migrates.
WALL_OF_VERSIONS = """
alter table alembic_version enable row level security;
alter table alembic_version force row level security;
drop policy if exists alembic_version_owner on alembic_version;
do $$
declare
  owners constant text := format('(version_num is not null and pg_has_role(%L, ''member''))', current_user);
begin
  execute format('create policy alembic_version_owner on alembic_version to %I using %s with check %2$s',
    current_user, owners);
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
    grant execute on function uuidv7() to tasks_api;
  end if;
end
$do$
"""


def upgrade() -> None:
    op.execute(NOTHING_FOR_ALL)
    for role in ROLES:
        op.execute(ROLE.format(role=role))
    op.execute("grant usage on schema public to tasks_api")
    for statement in (WALL_OF_VERSIONS, UUIDV7, DAYS):
        op.execute(statement)


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
    op.execute(DROP_DAYS)
    op.execute("drop function if exists public.uuidv7()")
    op.execute("revoke usage on schema public from tasks_api")
    for role in reversed(ROLES):
        op.execute(DROP_ROLE.format(role=role))
    op.execute(AS_POSTGRESQL_HAS_IT)
