"""Tasks."""

from alembic import op

from migrations.owned_table import drop_owned_table, owned_table
from migrations.write_functions import Rules

revision = "1103"
down_revision = "1102"
branch_labels = None
depends_on = None

COLUMNS = {
    "title": "text not null check (length(title) between 1 and 200)",
    "description": "text check (length(description) between 1 and 2000)",
    "completed": "boolean not null default false",
    "completed_at": "timestamptz",
}
RULES = Rules(
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
  select not t.completed into completed from tasks t where t.user_id = caller and t.id = toggle_task.id;
  select p.outcome, p.item into outcome, item
    from patch_task(id, jsonb_build_object('completed', completed), expected) p;
end $$
"""


def upgrade() -> None:
    owned_table("tasks", "task", COLUMNS, filtered=["completed"], rules=RULES)
    op.execute("alter table tasks add constraint tasks_completed_at_set check (completed = (completed_at is not null))")
    op.execute(TOGGLE_TASK)
    op.execute("grant execute on function toggle_task(uuid, bigint[]) to tasks_api")


def downgrade() -> None:
    op.execute("drop function toggle_task(uuid, bigint[])")
    drop_owned_table("tasks", "task", rules=RULES)
