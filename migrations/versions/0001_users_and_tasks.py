"""Users, tasks, the role that serves requests, and row-level security.

Runs as the kind of owner that Neon gives: not a superuser, but `createrole`.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Roles belong to the whole cluster, so another database may have made this one already; whoever migrates here must
# then be allowed to grant it (be its creator, or have been given it with the admin option).
ROLE = """
do $$
begin
  if not exists (select from pg_roles where rolname = 'tasks_api') then
    create role tasks_api nologin nosuperuser nocreatedb nocreaterole noinherit nobypassrls;
  end if;
  -- Able to become it, never having its rights unasked.
  execute format('grant tasks_api to %I with set true, inherit false', current_user);
end
$$
"""

USERS = """
create table users (
  id text primary key constraint users_id_length check (length(id) between 1 and 255),
  email text,
  name text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
)
"""

TASKS = """
create table tasks (
  id uuid primary key default uuidv7(),
  user_id text not null references users (id) on delete cascade,
  title text not null constraint tasks_title_length check (length(title) between 1 and 200),
  description text constraint tasks_description_length check (length(description) between 1 and 2000),
  completed boolean not null default false,
  completed_at timestamptz,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint tasks_completed_at_set check (completed = (completed_at is not null))
)
"""

INDEXES = (
    "create index tasks_owner_newest on tasks (user_id, id desc)",
    "create index tasks_owner_open on tasks (user_id, id desc) where not completed",
)

GRANTS = (
    "grant usage on schema public to tasks_api",
    "grant select, insert, update, delete on users, tasks to tasks_api",
)


def row_security(table: str, owner: str) -> tuple[str, ...]:
    """Forced, so that it binds the table's owner too. The sub-select is evaluated once and keeps the index usable."""
    mine = f"{owner} = (select current_setting('app.user_id', true))"
    return (
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"create policy {table}_owner on {table} using ({mine}) with check ({mine})",
    )


def upgrade() -> None:
    op.execute(ROLE)
    op.execute(USERS)
    op.execute(TASKS)
    for statement in (*INDEXES, *row_security("users", "id"), *row_security("tasks", "user_id"), *GRANTS):
        op.execute(statement)


# The role goes only where this was the last database that used it.
DROP_ROLE = """
do $$
begin
  drop role tasks_api;
exception when dependent_objects_still_exist then
  raise notice 'role tasks_api stays: another database of this cluster uses it';
end
$$
"""


def downgrade() -> None:
    op.execute("drop table tasks")
    op.execute("drop table users")
    op.execute("revoke usage on schema public from tasks_api")
    op.execute(DROP_ROLE)
