"""Batches: many operations in one request, done once, each for itself or all together."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from local.samples import sample
from shared.core.database.connection import ConnectionSource
from shared.core.database.quotas import Quotas
from tests.api import Answer
from tests.minutes import limit
from tests.resources import Client, Resource, new_id, says
from tests.stores import at_once, store_for


def create(resource: Resource, item_id: str, number: int = 0) -> dict[str, Any]:
    return {"op": "create", "id": item_id, **sample(resource.create_body, number)}


def patch(resource: Resource, item_id: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {"op": "patch", "id": item_id, "patch": sample(resource.update_body, number), **more}


def delete(item_id: str, **more: Any) -> dict[str, Any]:
    return {"op": "delete", "id": item_id, **more}


def statuses(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [result["status"] for result in answer.data]


def versions(answer: Answer) -> list[int | None]:
    return [result["version"] for result in answer.data]


def revisions(answer: Answer) -> list[int | None]:
    return [result["revision"] for result in answer.data]


def test_operations_are_done_in_their_order_each_with_a_revision_of_its_own(client: Client, resource: Resource) -> None:
    one, two = new_id(), new_id()

    answer = client.batch(create(resource, one), create(resource, two, 1), patch(resource, one, 2), delete(two))

    assert statuses(answer) == ["done"] * 4
    assert (versions(answer), revisions(answer)) == ([1, 1, 2, None], [1, 2, 3, 4])
    assert (answer.json["current"], answer.json["meta"]) == ([], {"replayed": False})
    (item,) = client.everything()
    assert (item["id"], item["version"]) == (one, 2)
    assert says(item, sample(resource.update_body, 2))
    assert [change["id"] for change in client.feed(limit=1)[0]] == [one]


def test_the_same_batch_again_is_answered_as_before_and_does_nothing(alice: Client, resource: Resource) -> None:
    item_id, client_id = new_id(), str(uuid4())
    operations = [create(resource, item_id), patch(resource, item_id, 2), patch(resource, item_id, 3, version=1)]
    first = alice.batch(*operations, client_id=client_id)
    changed = alice.update(item_id, sample(resource.update_body, 4)).data

    again = alice.batch(*operations, client_id=client_id)

    assert (again.data, again.json["meta"]) == (first.data, {"replayed": True})
    assert statuses(again) == ["done", "done", "stale"]
    assert again.json["current"] == [changed]  # as it is, not as it was
    assert alice.everything() == [changed]


def test_the_numbers_of_a_clients_batches_have_no_gap(alice: Client, resource: Resource) -> None:
    client_id = str(uuid4())

    def send(seq: int, number: int) -> Answer:
        return alice.batch(create(resource, item_ids[number], number), client_id=client_id, seq=seq)

    item_ids = [new_id() for _ in range(4)]
    assert (send(2, 0).status, send(2, 0).code) == (410, "UNKNOWN_CLIENT")
    assert statuses(send(1, 0)) == statuses(send(2, 1)) == ["done"]
    assert (send(4, 2).status, send(4, 2).code) == (410, "UNKNOWN_CLIENT")
    assert (send(1, 0).status, send(1, 0).code) == (409, "SUPERSEDED")
    refused = send(2, 3)
    assert (refused.status, refused.fields) == (422, ["seq"])
    assert statuses(send(3, 2)) == ["done"]
    assert {item["id"] for item in alice.everything()} == set(item_ids[:3])


def test_clients_and_collections_number_their_batches_by_themselves(alice: Client, resource: Resource) -> None:
    answers = [alice.batch(create(resource, new_id(), number)) for number in range(3)]

    assert [statuses(answer) for answer in answers] == [["done"]] * 3


def test_a_version_that_is_named_is_changed_and_another_is_stale(alice: Client, resource: Resource) -> None:
    item = alice.update(alice.created()["id"], sample(resource.update_body, 1)).data
    other = alice.created(2)

    answer = alice.batch(
        patch(resource, item["id"], 3, version=1),
        delete(item["id"], version=1),
        patch(resource, item["id"], 2, version=2),
        delete(other["id"], version=1),
    )

    assert statuses(answer) == ["stale", "stale", "done", "done"]
    assert versions(answer) == [2, 2, 3, None]
    assert answer.json["current"] == alice.everything()
    assert says(alice.get(item["id"]).data, sample(resource.update_body, 2))


def test_what_is_left_to_do_is_nothing_and_that_is_done(alice: Client, resource: Resource) -> None:
    item_id, gone = new_id(), alice.created(1)["id"]
    alice.create(sample(resource.create_body) | {"id": item_id})
    alice.update(item_id, sample(resource.update_body, 2))
    alice.delete(gone)

    answer = alice.batch(create(resource, item_id), patch(resource, item_id, 2), delete(gone))

    assert statuses(answer) == ["done"] * 3
    assert (versions(answer), revisions(answer)) == ([2, 2, None], [None] * 3)


def test_what_a_batch_has_made_a_post_finds(alice: Client, resource: Resource) -> None:
    item_id = new_id()
    alice.batch(create(resource, item_id))

    again = alice.create(sample(resource.create_body) | {"id": item_id})

    assert (again.status, again.headers["idempotency-replayed"]) == (200, "true")


def test_what_cannot_be_done_is_said_of_each(
    alice: Client, resource: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTA_ROWS", "2")
    item_id, gone = new_id(), alice.created(1)["id"]
    alice.delete(gone)

    answer = alice.batch(
        create(resource, item_id),
        create(resource, item_id, 1),
        create(resource, gone, 1),
        patch(resource, gone),
        patch(resource, new_id()),
        delete(new_id()),
        create(resource, new_id(), 2),
        create(resource, new_id(), 3),
    )

    expected = ["done", "conflict", "deleted", "deleted", "not_found", "not_found", "done", "quota"]
    assert statuses(answer) == expected
    assert versions(answer) == [1, 1, None, None, None, None, 1, None]
    assert [revision is not None for revision in revisions(answer)] == [status == "done" for status in expected]
    assert alice.total() == 2


def test_all_or_nothing_leaves_nothing_where_one_fails_and_the_number_is_used(
    alice: Client, resource: Resource
) -> None:
    item, client_id, made = alice.created(), str(uuid4()), new_id()
    before = alice.feed()[1]
    operations = [
        create(resource, made),
        patch(resource, item["id"], 2),
        patch(resource, item["id"], 3, version=1),
        delete(item["id"]),
    ]

    answer = alice.batch(*operations, client_id=client_id, atomic=True)

    assert statuses(answer) == ["rolled_back", "rolled_back", "stale", "rolled_back"]
    assert versions(answer) == [None, None, 1, None]  # what stands is not what was rolled back
    assert answer.json["current"] == alice.everything() == [item]
    assert alice.feed(before)[0] == []
    assert alice.batch(*operations, client_id=client_id, atomic=True).json["meta"] == {"replayed": True}
    assert statuses(alice.batch(create(resource, made), client_id=client_id, seq=2)) == ["done"]


def test_all_or_nothing_is_all_where_none_fails(alice: Client, resource: Resource) -> None:
    item_id = new_id()

    answer = alice.batch(create(resource, item_id), patch(resource, item_id, 2), atomic=True)

    assert statuses(answer) == ["done", "done"]
    assert alice.everything()[0]["version"] == 2


def test_up_to_a_hundred_operations_are_one_batch(alice: Client, resource: Resource) -> None:
    operations = [create(resource, new_id(), number) for number in range(101)]

    assert alice.batch(*operations).fields == ["operations"]
    assert alice.batch().fields == ["operations"]
    assert statuses(alice.batch(*operations[:100])) == ["done"] * 100
    assert alice.total() == 100


def test_a_malformed_operation_is_422_and_the_number_is_not_used(alice: Client, resource: Resource) -> None:
    client_id, good = str(uuid4()), create(resource, new_id())
    bad: list[Any] = [
        {},
        {"op": "none"},
        {"op": "create", **sample(resource.create_body)},
        {"op": "create", "id": new_id()},
        good | {"unknown": 1},
        good | {"version": 1},
        good | {"id": "01963f5e-7a10-4c3e-9d2b-4f6a8c1e5b70"},
        {"op": "patch", "id": new_id()},
        {"op": "patch", "id": new_id(), "patch": {"unknown": 1}},
        {"op": "patch", "id": new_id(), "patch": []},
        {"op": "delete"},
        *(delete(new_id(), version=version) for version in (0, -1, "1", None, 1.5, 2**53)),
        None,
        "delete",
    ]

    for operation in bad:
        answer = alice.batch(good, operation, client_id=client_id)
        assert (answer.status, answer.code) == (422, "VALIDATION_ERROR"), operation
        assert all(field.startswith("operations.1") for field in answer.fields), answer.fields
    for wrong in ({"seq": 0}, {"seq": 2**53}, {"seq": "1"}, {"client_id": "x"}, {"atomic": 1}, {"unknown": 1}):
        answer = alice.batch(good, **{"client_id": client_id} | wrong)
        assert (answer.status, answer.fields) == (422, list(wrong)), wrong

    assert alice.everything() == []
    assert statuses(alice.batch(good, client_id=client_id)) == ["done"]


def test_of_junk_the_first_malformed_operation_alone_is_answered(alice: Client, resource: Resource) -> None:
    answer = alice.batch(create(resource, new_id()), *[delete("none")] * 99)

    assert (answer.status, answer.fields) == (422, ["operations.1.delete.id"])


def test_what_is_malformed_is_not_sent_back_whole(alice: Client) -> None:
    answer = alice.batch({"op": "x" * 200_000})

    assert (answer.status, answer.fields) == (422, ["operations.0"])
    assert len(answer.text) < 2000


def test_a_body_past_256_kib_is_413(alice: Client) -> None:
    body = " " * (256 * 1024 + 1)
    function = alice.resource.function("POST", "/batch")

    answer = alice.api.call(function, "POST", f"/{alice.resource}/batch", body=body)

    assert (answer.status, answer.json["error"]["message"]) == (413, "The body is larger than 256 KiB.")


def test_each_operation_counts_and_a_replay_counts_as_one(
    alice: Client, resource: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, 10)
    client_id = str(uuid4())
    operations = [create(resource, new_id(), number) for number in range(6)]

    first = alice.batch(*operations, client_id=client_id)
    again = alice.batch(*operations, client_id=client_id)
    refused = alice.batch(*(create(resource, new_id(), number) for number in range(4)))
    fewer = alice.batch(*(create(resource, new_id(), number) for number in range(2)))

    assert [answer.headers["ratelimit"].split(";")[1] for answer in (first, again)] == ["r=4", "r=3"]
    assert (refused.status, refused.headers["ratelimit"].split(";")[1]) == (429, "r=2")
    assert (fewer.status, fewer.headers["ratelimit"].split(";")[1]) == (200, "r=0")
    assert alice.page().status == 429


def test_refused_batches_count_too_so_that_they_end(
    alice: Client, resource: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, 4)
    alice.page()

    refused = [alice.batch(*(delete(new_id()) for _ in range(4))) for _ in range(4)]

    assert [answer.status for answer in refused] == [429] * 4
    assert [answer.headers["ratelimit"].split(";")[1] for answer in refused] == ["r=2", "r=1", "r=0", "r=0"]
    assert alice.page().status == 429


def test_more_operations_than_the_limit_can_never_be_done_and_are_422(
    alice: Client, resource: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, 2)

    answer = alice.batch(*(create(resource, new_id(), number) for number in range(3)))

    assert (answer.status, answer.fields) == (422, ["operations"])


def test_a_client_that_goes_on_after_the_account_was_deleted_brings_back_nothing(
    alice: Client, resource: Resource, superuser: psycopg.Connection
) -> None:
    client_id = str(uuid4())
    alice.batch(create(resource, new_id()), client_id=client_id)
    alice.api.call("delete_me", "DELETE", "/me")

    refused = alice.batch(create(resource, new_id()), client_id=client_id, seq=2)

    assert (refused.status, refused.code) == (410, "UNKNOWN_CLIENT")
    assert superuser.execute("select from users").fetchall() == []


def test_of_a_hundred_clients_the_least_recently_used_makes_room(
    alice: Client, resource: Resource, superuser: psycopg.Connection
) -> None:
    clients = [str(uuid4()) for _ in range(101)]
    operation = create(resource, new_id())
    for client_id in clients[:100]:
        alice.batch(operation, client_id=client_id)
    alice.batch(delete(new_id()), client_id=clients[0], seq=2)

    alice.batch(operation, client_id=clients[100])

    assert superuser.execute("select count(*) from sync_clients").fetchone() == (100,)
    assert statuses(alice.batch(delete(new_id()), client_id=clients[0], seq=3)) == ["not_found"]
    refused = alice.batch(operation, client_id=clients[1], seq=2)
    assert (refused.status, refused.code) == (410, "UNKNOWN_CLIENT")


def test_a_client_that_goes_on_is_kept_and_one_that_stopped_goes(
    alice: Client, resource: Resource, superuser: psycopg.Connection
) -> None:
    gone, kept = str(uuid4()), str(uuid4())
    for client_id in (gone, kept):
        alice.batch(delete(new_id()), client_id=client_id)
    superuser.execute("select set_config('app.user_id', 'alice', false)")
    superuser.execute("insert into retention.days select current_date, b from generate_series(0, 31) b")
    superuser.execute("update sync_clients set expires = current_date, bucket = 0")
    alice.batch(delete(new_id()), client_id=kept, seq=2)

    superuser.execute("delete from retention.days where day <= current_date")

    assert alice.batch(delete(new_id()), client_id=gone, seq=2).code == "UNKNOWN_CLIENT"
    assert statuses(alice.batch(delete(new_id()), client_id=kept, seq=3)) == ["not_found"]


def test_of_eight_who_send_the_same_batch_at_once_one_does_it(
    functions_url: str, alice: Client, resource: Resource
) -> None:
    batch = batch_model(resource).model_validate(
        {"client_id": uuid4(), "seq": 1, "operations": [create(resource, new_id(), number) for number in range(5)]}
    )
    replayed, data = list[bool](), list[object]()

    def send(source: ConnectionSource) -> None:
        answer = store_for(resource.store, "alice", source).batch(batch)
        replayed.append(answer.meta.replayed)
        data.append(answer.data)

    at_once(functions_url, *([send] * 8))

    assert sorted(replayed) == [False] + [True] * 7
    assert all(one == data[0] for one in data)
    assert alice.total() == 5


def test_batches_at_once_never_make_one_too_many(functions_url: str, alice: Client, resource: Resource) -> None:
    done = list[str]()

    def send(source: ConnectionSource) -> None:
        store = store_for(resource.store, "alice", source)
        store.session.quotas = Quotas(row_quota=20)
        operations = [create(resource, new_id(), number) for number in range(8)]
        batch = batch_model(resource).model_validate({"client_id": uuid4(), "seq": 1, "operations": operations})
        done.extend(result.status for result in store.batch(batch).data)

    at_once(functions_url, *([send] * 6))

    assert (done.count("done"), done.count("quota")) == (20, 28)
    assert alice.total() == 20


def batch_model(resource: Resource) -> type[Any]:
    found: type[Any] = resource.body_of(resource.function("POST", "/batch"))
    return found
