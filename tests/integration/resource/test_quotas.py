"""How much a caller may keep: exact, by however many at once; what is over it is refused, and nothing is stored."""

import psycopg
import pytest

from local.samples import sample
from shared.core.database.connection import ConnectionSource
from shared.core.database.quotas import Quotas
from shared.core.environment import environment
from shared.core.errors import QuotaExceeded
from shared.core.resource.store import words
from tests.api import Answer
from tests.resources import Client, Resource
from tests.stores import at_once, store_for

ROWS, KEYS = 3, 2


@pytest.fixture(autouse=True)
def quotas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTA_ROWS", str(ROWS))
    monkeypatch.setenv("QUOTA_KEYS", str(KEYS))


def made(client: Client, number: int = 0, key: str | None = None) -> Answer:
    return client.create(sample(client.resource.create_body, number), headers={"idempotency-key": key})


def tombstones(superuser: psycopg.Connection, resource: Resource) -> list[int]:
    query = "select revision from deletions where user_id = 'alice' and collection = %s order by revision"
    return [revision for (revision,) in superuser.execute(query, (str(resource),))]


def test_one_row_too_many_is_409_and_nothing_is_stored(
    alice: Client, bob: Client, resource: Resource, superuser: psycopg.Connection
) -> None:
    items = [alice.created(number) for number in range(ROWS)]

    refused = [made(alice), made(alice, key="k")]

    for answer in refused:
        assert (answer.status, answer.code) == (409, "QUOTA_EXCEEDED")
        assert f"No more than {ROWS} {words(resource.name)} can be kept" in answer.json["error"]["message"]
    assert alice.everything() == items[::-1]
    assert superuser.execute("select revision, keys from users where id = 'alice'").fetchone() == (ROWS, 0)
    assert superuser.execute("select from idempotency_keys").fetchall() == []
    assert made(bob).status == 201


def test_everything_but_creating_goes_on(alice: Client, resource: Resource) -> None:
    items = [alice.created(number)["id"] for number in range(ROWS)]
    assert made(alice).status == 409

    for action in resource.actions:
        assert alice.do(action, items.pop() if action.method == "DELETE" else items[0]).status in (200, 204)

    assert made(alice).status == 201
    assert made(alice).status == 409


def test_a_lower_quota_takes_nothing_away(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [alice.created(number) for number in range(ROWS)]
    monkeypatch.setenv("QUOTA_ROWS", "1")
    environment().connections.close()
    environment.cache_clear()

    assert made(alice).status == 409
    assert alice.everything() == items[::-1]
    assert [alice.delete(item["id"]).status for item in items[:2]] == [204, 204]
    assert made(alice).status == 409
    assert alice.delete(items[2]["id"]).status == 204
    assert made(alice).status == 201


def test_a_key_that_was_answered_is_answered_again_at_either_quota(alice: Client) -> None:
    first = made(alice, key="0")
    for number in range(1, ROWS):
        made(alice, number, key=str(number) if number < KEYS else None)

    again = made(alice, key="0")

    assert (again.status, again.data) == (201, first.data)
    assert made(alice, key="another").status == 409


def test_one_key_too_many_is_409_until_the_next_day(alice: Client, superuser: psycopg.Connection) -> None:
    items = [made(alice, number, key=str(number)).data["id"] for number in range(KEYS)]
    for item in items:
        alice.delete(item)

    refused = made(alice, key="one-too-many")

    assert (refused.status, refused.code) == (409, "QUOTA_EXCEEDED")
    assert f"No more than {KEYS} Idempotency-Keys" in refused.json["error"]["message"]
    assert alice.everything() == []
    assert made(alice).status == 201  # without a key
    superuser.execute("update users set keys_on = keys_on - 1")
    assert [made(alice, key=str(number + KEYS)).status for number in range(KEYS)] == [201] * KEYS
    assert made(alice, key="one-too-many").status == 409


def test_there_are_as_many_tombstones_as_there_may_be_rows(
    alice: Client, resource: Resource, superuser: psycopg.Connection
) -> None:
    for number in range(ROWS + 2):
        alice.delete(alice.created(number)["id"])

    # Each create and each deletion is a revision: the newest are left
    newest = 2 * (ROWS + 2)
    assert tombstones(superuser, resource) == list(range(newest - 2 * (ROWS - 1), newest + 1, 2))


def test_a_batch_of_yesterday_that_waited_does_not_begin_the_count_anew(
    alice: Client, superuser: psycopg.Connection
) -> None:
    """The day of a batch is that on which it began."""
    for number in range(KEYS):
        made(alice, number, key=str(number))
    superuser.execute("update users set keys_on = keys_on + 1")

    assert made(alice, key="of-yesterday").status == 409
    assert superuser.execute("select keys, keys_on - current_date from users").fetchone() == (KEYS, 1)


def test_tombstones_beyond_a_lowered_quota_go_a_few_with_each_deletion(
    alice: Client, resource: Resource, superuser: psycopg.Connection
) -> None:
    superuser.execute("insert into users (id, revision) values ('alice', 40)")
    superuser.execute("select set_config('app.user_id', 'alice', false)")
    superuser.execute(
        "insert into deletions (user_id, collection, id, revision, number, content)"
        f" select 'alice', '{resource}', uuidv7(), n, n, '{{}}' from generate_series(1, 40) n".encode()
    )
    left = []
    for number in range(6):
        assert alice.delete(alice.created(number)["id"]).status == 204
        left.append(len(tombstones(superuser, resource)))

    assert left == sorted(left, reverse=True)
    assert left[0] >= 40 - 10
    assert left[-1] == ROWS


def test_eight_who_create_and_delete_at_once_never_have_one_too_many(
    served: str, resource: Resource, superuser: psycopg.Connection
) -> None:
    quota, workers, rounds = 20, 8, 12
    # The server itself raises if there is ever one too many.
    superuser.execute(f"alter table users add constraint quota check ({resource} <= {quota})".encode())
    refused, deleted = list[int](), list[int]()

    def work(source: ConnectionSource) -> None:
        store = store_for(resource.store, "alice", source)
        store.session.quotas = Quotas(row_quota=quota)
        mine, full, gone = [], 0, 0
        for number in range(rounds):
            try:
                body = resource.create_body.model_validate(sample(resource.create_body, number))
                mine.append(store.create(body).data.id)
            except QuotaExceeded:
                full += 1
            if number % 3 == 2 and mine:
                store.delete(mine.pop())
                gone += 1
        refused.append(full)
        deleted.append(gone)

    at_once(served, *([work] * workers))

    query = f"select (select count(*) from {resource} r where r.user_id = u.id), {resource}, revision from users u"
    ((rows, counted, revision),) = superuser.execute(query.encode()).fetchall()
    made = workers * rounds - sum(refused)
    assert sum(refused) > 0
    assert rows == counted == made - sum(deleted)
    assert revision == made + sum(deleted)
