-- Tasks with fixed ids and times, one that was deleted, and what their owners' rows count of them.
begin;
set local role tasks_api;

select set_config('app.user_id', 'alice', true);
insert into tasks
  (id, user_id, title, description, completed, completed_at, version, revision, created_at, updated_at)
values
  ('019b78c9-0a80-7000-8000-000000000001', 'alice', 'Write the report', 'Two pages, with figures', false, null, 1, 1, '2026-01-01T09:00:00Z', '2026-01-01T09:00:00Z'),
  ('019b7def-6680-7000-8000-000000000002', 'alice', 'Buy milk', null, true, '2026-01-02T18:30:00Z', 2, 2, '2026-01-02T09:00:00Z', '2026-01-02T18:30:00Z'),
  ('019b8315-c280-7000-8000-000000000003', 'alice', 'Call the plumber', null, false, null, 1, 3, '2026-01-03T09:00:00Z', '2026-01-03T09:00:00Z');
-- Made by its client, with its id: the hash is that of the collection and the body of create_task_known.json.
update tasks set made_from = '427868b89d6c236f54980c08243e91a7da527cc060be6010ab8f2f335835e4eb'
  where id = '019b8315-c280-7000-8000-000000000003';
insert into deletions (user_id, collection, id, revision, number, content)
select 'alice', 'tasks', (gone->>'id')::uuid, 4, 1, gone
from (values ('{
    "user_id": "alice", "id": "019b883c-1e80-7000-8000-00000000000a", "version": 2, "revision": 3,
    "title": "Cancel the subscription", "description": "Before the 15th", "completed": false, "completed_at": null,
    "made_from": null, "created_at": "2026-01-04T09:00:00Z", "updated_at": "2026-01-04T10:00:00Z"
  }'::jsonb)) given (gone);
-- A client whose third batch completed a task; the hash is that of the collection and the body of
-- batch_tasks_replayed.json.
insert into sync_clients (user_id, collection, client_id, seq, request_hash, results) values
  ('alice', 'tasks', '019b8d99-6900-7000-8000-00000000000c', 3,
   'dd37a121954181330fa829d1b505444043a0314d3ab52b0ad950497b43f93213',
   '[{"status": "done", "version": 2, "revision": 2}]');
update users set revision = 4, tasks = 3, completed_tasks = 1;

select set_config('app.user_id', 'bob', true);
insert into tasks
  (id, user_id, title, description, completed, completed_at, version, revision, created_at, updated_at)
values
  ('019b78ff-f900-7000-8000-000000000004', 'bob', 'Renew the passport', 'Office closes at noon', false, null, 1, 3, '2026-01-01T10:00:00Z', '2026-01-01T10:00:00Z'),
  ('019b7e26-5500-7000-8000-000000000005', 'bob', 'Water the plants', null, false, null, 1, 4, '2026-01-02T10:00:00Z', '2026-01-02T10:00:00Z');
update users set revision = 4, tasks = 2;

commit;
