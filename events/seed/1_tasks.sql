-- Tasks with fixed ids and times, and what their owners' rows count of them.
begin;
set local role tasks_api;

select set_config('app.user_id', 'alice', true);
insert into tasks
  (id, user_id, title, description, completed, completed_at, version, revision, created_at, updated_at)
values
  ('019b78c9-0a80-7000-8000-000000000001', 'alice', 'Write the report', 'Two pages, with figures', false, null, 1, 1, '2026-01-01T09:00:00Z', '2026-01-01T09:00:00Z'),
  ('019b7def-6680-7000-8000-000000000002', 'alice', 'Buy milk', null, true, '2026-01-02T18:30:00Z', 2, 2, '2026-01-02T09:00:00Z', '2026-01-02T18:30:00Z'),
  ('019b8315-c280-7000-8000-000000000003', 'alice', 'Call the plumber', null, false, null, 1, 3, '2026-01-03T09:00:00Z', '2026-01-03T09:00:00Z');
update users set revision = 3, tasks = 3, completed_tasks = 1;

select set_config('app.user_id', 'bob', true);
insert into tasks
  (id, user_id, title, description, completed, completed_at, version, revision, created_at, updated_at)
values
  ('019b78ff-f900-7000-8000-000000000004', 'bob', 'Renew the passport', 'Office closes at noon', false, null, 1, 3, '2026-01-01T10:00:00Z', '2026-01-01T10:00:00Z'),
  ('019b7e26-5500-7000-8000-000000000005', 'bob', 'Water the plants', null, false, null, 1, 4, '2026-01-02T10:00:00Z', '2026-01-02T10:00:00Z');
update users set revision = 4, tasks = 2;

commit;
