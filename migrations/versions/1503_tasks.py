"""Tasks."""

from alembic import op

from migrations.owned_table import drop_owned_table, owned_table
from migrations.write_functions import Rules

revision = "1503"
down_revision = "1502"
branch_labels = None
depends_on = None

COLUMNS = {
    "title": "text not null check (length(title) between 1 and 200)",
    "description": "text check (length(description) between 1 and 2000)",
    "completed": "boolean not null default false",
    "completed_at": "timestamptz",
}
RULES = Rules(
    filtered=["completed"],
    counted={"completed": "completed_tasks"},
    derived={"completed_at": "case when changed.completed then coalesce(changed.completed_at, now()) end"},
)

# Under the owner's lock, so that what is read here is what the patch finds.
TOGGLE_TASK = """
create function toggle_task(id uuid, expected bigint[], out outcome text, out item jsonb) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  owner users := lock_owner();
  completed boolean;
begin
  -- The patch may find a task of an account that has begun since, and has no value for it.
  if owner.id is null then
    outcome := 'not_found';
    return;
  end if;
  select not t.completed into completed from tasks t where t.user_id = caller and t.id = toggle_task.id;
  select p.outcome, p.item into outcome, item
    from patch_task(id, jsonb_build_object('completed', completed), expected) p;
end $$
"""

# All that are open, oldest first; each has a version and a revision of its own, as if it had been completed alone.
COMPLETE_ALL_TASKS = """
create function complete_all_tasks(out outcome text, out item jsonb) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  owner users := lock_owner();
  done integer;
begin
  with _open as (
    select t.id, row_number() over (order by t.id) as n from tasks t
      where t.user_id = caller and owner.id is not null and not t.completed
  )
  update tasks t set completed = true, completed_at = now(), version = t.version + 1,
      revision = owner.revision + _open.n, updated_at = greatest(t.updated_at, now())
    from _open where t.user_id = caller and t.id = _open.id;
  get diagnostics done = row_count;
  update users u set revision = u.revision + done, completed_tasks = u.completed_tasks + done where u.id = caller;
  outcome := 'done';
  item := jsonb_build_object('count', done);
end $$
"""
OF_TASKS_ALONE = {"toggle_task(uuid, bigint[])": TOGGLE_TASK, "complete_all_tasks()": COMPLETE_ALL_TASKS}


def upgrade() -> None:
    owned_table("tasks", "task", COLUMNS, rules=RULES)
    op.execute("alter table tasks add constraint tasks_completed_at_set check (completed = (completed_at is not null))")
    for signature, source in OF_TASKS_ALONE.items():
        op.execute(source)
        op.execute(f"grant execute on function {signature} to tasks_api")


def downgrade() -> None:
    for signature in OF_TASKS_ALONE:
        op.execute(f"drop function {signature}")
    drop_owned_table("tasks", "task", rules=RULES)
