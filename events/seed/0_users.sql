-- The rows that every event is replayed against, by resource and in the order of the files: here users, their keys and
-- their counters.
-- The tables are empty before. Each user's rows are written as that user, since row security holds for the owner too,
-- and by the role that serves requests, which alone may write keys and counters.
begin;
-- Three pieces of days that are past: the role that serves makes days to come only.
insert into retention.days (day, bucket) values (current_date - 40, 1), (current_date - 1, 1), (current_date, 2);
set local role tasks_api;

-- With epochs that cursors in events can name.
select set_config('app.user_id', 'alice', true);
insert into users (id, email, name, epoch, created_at, updated_at) values
  ('alice', 'alice@example.com', 'Alice', '11111111-1111-4111-8111-111111111111',
   '2026-01-01T08:00:00Z', '2026-01-01T08:00:00Z');

select set_config('app.user_id', 'bob', true);
insert into users (id, email, name, epoch, created_at, updated_at) values
  ('bob', 'bob@example.com', 'Bob', '22222222-2222-4222-8222-222222222222',
   '2026-01-01T08:00:00Z', '2026-01-01T08:00:00Z');

-- Idempotency keys, each with what was answered then; the hash is that of the collection and the body of
-- create_task.json. One is fresh, one is older than a day, and one is past.
select set_config('app.user_id', 'alice', true);
insert into idempotency_keys (user_id, key, request_hash, response, created_at)
select 'alice', given.key, '30977dc0a60c125f4073af71efe19726772aab30a61be7a904b59065d437e6e6',
  jsonb_build_object(
    'id', given.id, 'user_id', 'alice', 'title', 'Pay the rent', 'description', 'By bank transfer', 'completed', false,
    'completed_at', null, 'version', 1, 'created_at', given.at, 'updated_at', given.at),
  now() - given.age
from (values
  ('pay-the-rent-2026-01', '019b92f6-b380-7000-8000-000000000006', '2026-01-06T11:00:00Z', interval '1 hour'),
  ('pay-the-rent-2025-12', '019af901-3fc0-7000-8000-000000000007', '2025-12-07T13:30:00Z', interval '25 hours')
) given (key, id, at, age);

select set_config('app.user_id', 'bob', true);
insert into idempotency_keys (user_id, key, request_hash, response, created_at, expires, bucket)
values ('bob', 'of-three-days-ago', repeat('0', 64), '{}', now() - interval '3 days', current_date - 1, 1);

-- A tombstone that is past, and one that is not.
insert into deletions (user_id, collection, id, revision, number, content, deleted_at, expires, bucket) values
  ('bob', 'tasks', '0199a5c4-6000-7000-8000-000000000008', 1, 1, '{}', now() - interval '132 days', current_date - 40, 1);
insert into deletions (user_id, collection, id, revision, number, content) values
  ('bob', 'tasks', '0199aaea-bc00-7000-8000-000000000009', 2, 2, '{}');
update users set revision = 2 where id = 'bob';

-- Counters: one that is past; and that of carol, who has used up this minute, and the next, should it begin meanwhile.
insert into rate_limits (user_id, window_start, requests, expires, bucket) values ('bob', now(), 7, current_date, 2);

select set_config('app.user_id', 'carol', true);
insert into rate_limits (user_id, window_start, requests)
values ('carol', date_trunc('minute', clock_timestamp()) + interval '1 minute', 300);

commit;
