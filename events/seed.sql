-- The rows that every event is replayed against: users, their tasks with fixed ids and times, their keys and counters.
-- The tables are empty before. Each user's rows are written as that user, since row security holds for the owner too,
-- and by the role that serves requests, which alone may write keys and counters.
begin;
set local role tasks_api;

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

-- Idempotency keys, each with what was answered then; the hash is that of the body of create_task.json. One is fresh,
-- two are older than a day.
select set_config('app.user_id', 'alice', true);
insert into idempotency_keys (user_id, key, request_hash, response, created_at)
select 'alice', given.key, '4b9c61831bbe04e02d9e0707c9eb8698473a4ebba3983f6037d916794de68662',
  jsonb_build_object(
    'id', given.id, 'user_id', 'alice', 'title', 'Pay the rent', 'description', 'By bank transfer', 'completed', false,
    'completed_at', null, 'version', 1, 'created_at', given.at, 'updated_at', given.at),
  now() - given.age
from (values
  ('pay-the-rent-2026-01', '019b92f6-b380-7000-8000-000000000006', '2026-01-06T11:00:00Z', interval '1 hour'),
  ('pay-the-rent-2025-12', '019af901-3fc0-7000-8000-000000000007', '2025-12-07T13:30:00Z', interval '25 hours')
) given (key, id, at, age);

select set_config('app.user_id', 'bob', true);
insert into idempotency_keys (user_id, key, request_hash, response, created_at)
values ('bob', 'of-two-days-ago', repeat('0', 64), '{}', now() - interval '2 days');

-- Counters: three older than an hour; and carol, who has used up this minute and the next, should it begin meanwhile.
insert into rate_limits (user_id, window_start, requests)
select 'bob', date_trunc('minute', now()) - given.age, 7
from (values (interval '2 hours'), (interval '3 hours'), (interval '1 day')) given (age);

select set_config('app.user_id', 'carol', true);
insert into rate_limits (user_id, window_start, requests)
select 'carol', date_trunc('minute', clock_timestamp()) + given.later, 300
from (values (interval '0'), (interval '1 minute')) given (later);

commit;
