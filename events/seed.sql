-- The rows that every event is replayed against: two users and their tasks, with fixed ids and times.
-- The tables are empty before. Each user's rows are written as that user, since row security holds for the owner too.
begin;

select set_config('app.user_id', 'alice', true);
insert into users (id, email, name, created_at, updated_at) values
  ('alice', 'alice@example.com', 'Alice', '2026-01-01T08:00:00Z', '2026-01-01T08:00:00Z');
insert into tasks
  (id, user_id, title, description, completed, completed_at, version, created_at, updated_at)
values
  ('019b78c9-0a80-7000-8000-000000000001', 'alice', 'Write the report', 'Two pages, with figures', false, null, 1, '2026-01-01T09:00:00Z', '2026-01-01T09:00:00Z'),
  ('019b7def-6680-7000-8000-000000000002', 'alice', 'Buy milk', null, true, '2026-01-02T18:30:00Z', 2, '2026-01-02T09:00:00Z', '2026-01-02T18:30:00Z'),
  ('019b8315-c280-7000-8000-000000000003', 'alice', 'Call the plumber', null, false, null, 1, '2026-01-03T09:00:00Z', '2026-01-03T09:00:00Z');

select set_config('app.user_id', 'bob', true);
insert into users (id, email, name, created_at, updated_at) values
  ('bob', 'bob@example.com', 'Bob', '2026-01-01T08:00:00Z', '2026-01-01T08:00:00Z');
insert into tasks
  (id, user_id, title, description, completed, completed_at, version, created_at, updated_at)
values
  ('019b78ff-f900-7000-8000-000000000004', 'bob', 'Renew the passport', 'Office closes at noon', false, null, 1, '2026-01-01T10:00:00Z', '2026-01-01T10:00:00Z'),
  ('019b7e26-5500-7000-8000-000000000005', 'bob', 'Water the plants', null, false, null, 1, '2026-01-02T10:00:00Z', '2026-01-02T10:00:00Z');

commit;
