"""Rows that go by themselves: each refers to the day on which it goes, and goes with it.

The purge may delete past days and nothing else. What a released migration calls never changes: another meaning,
another name.
"""

from alembic import op

# Cut small, so that a step of the purge is; all of one user's rows of a day are in the same piece.
BUCKETS = 32

# Whatever the time zone of the session is: that is the session's to say.
_TODAY = "(now() at time zone 'UTC')::date"

DAYS = f"""
create schema retention;
create table retention.days (
  day date,
  bucket smallint check (bucket between 0 and {BUCKETS - 1}),
  primary key (day, bucket)
);
alter table retention.days enable row level security;
alter table retention.days force row level security;
create policy days_to_come on retention.days for insert to tasks_api with check (day > {_TODAY});
create policy days_past on retention.days to tasks_purge using (day <= {_TODAY});
grant usage on schema retention to tasks_api, tasks_purge;
grant insert on retention.days to tasks_api;
grant select, delete on retention.days to tasks_purge;
-- The caller's piece of a day, made if need be: the default of the column that refers to it.
create function retention.bucket_of(day date) returns smallint language plpgsql as $$
declare
  bucket constant smallint := hashtext(coalesce(current_setting('app.user_id', true), '')) & {BUCKETS - 1};
begin
  insert into retention.days (day, bucket) values (bucket_of.day, bucket) on conflict do nothing;
  return bucket;
end $$;
grant execute on function retention.bucket_of(date) to tasks_api
"""
DROP_DAYS = "drop schema retention cascade"


def expiring(table: str, days: int) -> None:
    """The purge removes each row `days` days after the one on which it was written, by UTC."""
    op.execute(f"""
alter table {table}
  add column expires date not null default current_date + {days},
  add column bucket smallint not null default retention.bucket_of(current_date + {days}),
  add constraint {table}_day foreign key (expires, bucket) references retention.days (day, bucket) on delete cascade
""")
    op.execute(f"create index {table}_expires on {table} (expires, bucket)")
