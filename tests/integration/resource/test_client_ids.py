"""A new item whose id the client has chosen: made once, however often and by whichever way it is sent."""

import pytest

from local.samples import sample
from shared.core.database.connection import ConnectionSource
from tests.resources import Client, Resource, new_id
from tests.stores import at_once, store_for


def test_it_has_the_id_that_was_sent(client: Client, resource: Resource) -> None:
    item_id = new_id()

    answer = client.create(sample(resource.create_body) | {"id": item_id})

    assert (answer.status, answer.data["id"]) == (201, item_id)
    assert answer.headers["location"] == f"/api/{resource}/{item_id}"
    assert "idempotency-replayed" not in answer.headers
    assert client.everything() == [answer.data]


def test_a_repeat_is_answered_with_the_item_as_it_is_and_makes_nothing(alice: Client, resource: Resource) -> None:
    body = sample(resource.create_body) | {"id": new_id()}
    alice.create(body)
    changed = alice.update(body["id"], sample(resource.update_body, 1))

    again = alice.create(body)

    assert (again.status, again.data) == (200, changed.data)
    assert (again.headers["etag"], again.headers["idempotency-replayed"]) == (changed.headers["etag"], "true")
    assert alice.everything() == [changed.data]


def test_another_body_under_the_same_id_is_422(alice: Client, resource: Resource) -> None:
    item_id = new_id()
    item = alice.create(sample(resource.create_body) | {"id": item_id}).data
    of_the_server = alice.created(1)

    for body in (
        sample(resource.create_body, 1) | {"id": item_id},
        sample(resource.create_body, 1) | of_the_server_id(of_the_server),
    ):
        answer = alice.create(body)
        assert (answer.status, answer.code, answer.fields) == (422, "VALIDATION_ERROR", ["id"])

    assert alice.everything() == [of_the_server, item]


def of_the_server_id(item: dict[str, str]) -> dict[str, str]:
    """Of an item that no client has named: it was made from no body that could be sent again."""
    return {"id": item["id"]}


def test_the_id_of_a_deleted_item_is_410(alice: Client, resource: Resource) -> None:
    body = sample(resource.create_body) | {"id": new_id()}
    alice.create(body)
    alice.delete(body["id"])

    for number in (0, 1):
        answer = alice.create(sample(resource.create_body, number) | {"id": body["id"]})
        assert (answer.status, answer.code) == (410, "DELETED")

    assert alice.everything() == []


@pytest.mark.parametrize(
    "item_id",
    [
        "01963f5e-7a10-4c3e-9d2b-4f6a8c1e5b70",  # version 4
        "01963f5e-7a10-7c3e-cd2b-4f6a8c1e5b70",  # not the variant of RFC 9562
        "00000000-0000-0000-0000-000000000000",
        "1",
        "",
        1,
        None,
        [],
    ],
)
def test_what_is_no_uuid_of_version_7_is_422(alice: Client, resource: Resource, item_id: object) -> None:
    answer = alice.create(sample(resource.create_body) | {"id": item_id})

    assert (answer.status, answer.fields) == (422, ["id"])
    assert alice.everything() == []


def test_a_key_and_an_id_together_are_the_key_first(alice: Client, resource: Resource) -> None:
    body = sample(resource.create_body) | {"id": new_id()}
    first = alice.create(body, headers={"idempotency-key": "k"})
    alice.update(body["id"], sample(resource.update_body, 1))

    again = alice.create(body, headers={"idempotency-key": "k"})
    other = alice.create(body | {"id": new_id()}, headers={"idempotency-key": "k"})

    assert (first.status, again.status, again.data) == (201, 201, first.data)
    assert (other.status, other.fields) == (422, ["Idempotency-Key"])


def test_an_update_names_no_id(alice: Client, resource: Resource) -> None:
    item = alice.created()

    answer = alice.update(item["id"], sample(resource.update_body, 1) | {"id": item["id"]})

    assert (answer.status, answer.fields) == (422, ["id"])


def test_of_eight_at_once_one_makes_it_and_the_others_find_it(
    functions_url: str, alice: Client, resource: Resource
) -> None:
    body = resource.create_body.model_validate(sample(resource.create_body) | {"id": new_id()})
    known = list[bool]()

    def create(source: ConnectionSource) -> None:
        known.append(store_for(resource.store, "alice", source).create(body).known)

    at_once(functions_url, *([create] * 8))

    assert sorted(known) == [False] + [True] * 7
    assert len(alice.everything()) == 1
