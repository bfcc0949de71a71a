"""A POST with an Idempotency-Key makes one item, however often and by however many it is sent."""

import json
from typing import Any

import psycopg
import pytest
from pydantic import create_model

from local.resources import Store
from local.samples import fields_of, least, sample
from shared.core.database.connection import ConnectionSource
from shared.core.errors import ValidationFailed
from shared.core.http.idempotency import request_hash
from shared.core.resource import store as store_module
from shared.core.resource.rows import Stored
from tests.api import Answer
from tests.catalogue.models import own_columns
from tests.resources import RESOURCES, Client, Resource, says
from tests.stores import at_once, connection_source, store_for


def keyed(client: Client, key: str = "k1", number: int = 0) -> Answer:
    """With every field that there is."""
    return client.create(sample(client.resource.create_body, number), headers={"idempotency-key": key})


def test_the_same_request_gives_the_stored_answer_again(client: Client) -> None:
    first, again = keyed(client), keyed(client)

    assert (first.status, again.status) == (201, 201)
    assert again.data == first.data
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == first.headers["etag"] == '"1"'
    assert client.everything() == [first.data]


def test_both_families_of_routes_share_their_keys(alice: Client) -> None:
    first = keyed(alice)
    alice.api.by_user = True

    assert keyed(alice).data == first.data


def test_every_body_can_be_sent_again(alice: Client, resource: Resource) -> None:
    for number in range(8):
        first, again = keyed(alice, f"k{number}", number), keyed(alice, f"k{number}", number)
        assert (again.status, again.headers.get("idempotency-replayed"), again.data) == (201, "true", first.data)
        assert alice.get(first.data["id"]).data == first.data


def test_the_stored_answer_outlives_changes_of_the_item(alice: Client, resource: Resource) -> None:
    first = keyed(alice)
    alice.update(first.data["id"], sample(resource.update_body, 1))
    assert keyed(alice).data == first.data
    alice.delete(first.data["id"])

    assert keyed(alice).data == first.data
    assert alice.everything() == []


def test_another_body_under_the_key_is_422(alice: Client, resource: Resource) -> None:
    whole = sample(resource.create_body)
    first = keyed(alice)
    for field in fields_of(resource.create_body):
        other = whole | {field.name: field.value(1)}
        if other != whole:
            answer = alice.create(other, headers={"idempotency-key": "k1"})
            assert (answer.status, answer.code) == (422, "VALIDATION_ERROR"), field

    assert alice.everything() == [first.data]


def test_the_same_body_in_other_words_is_the_same_request(alice: Client, resource: Resource) -> None:
    body = sample(resource.create_body)
    keyed(alice)
    text = {field.name: f"  {body[field.name]} " for field in fields_of(resource.create_body) if field.kind == "text"}

    for same in (body | text, dict(reversed(body.items())), json.dumps(body, indent=4)):
        answer = alice.create(same, headers={"idempotency-key": "k1"})
        assert answer.headers["idempotency-replayed"] == "true", answer.text


def test_keys_belong_to_their_caller(alice: Client, bob: Client) -> None:
    of_alice, same, other = keyed(alice), keyed(bob), keyed(bob, "k2", 1)

    assert (same.status, other.status) == (201, 201)
    assert "idempotency-replayed" not in same.headers
    assert same.data["id"] != of_alice.data["id"]
    assert same.data["user_id"] == "bob"


def test_a_key_is_forgotten_after_a_day(alice: Client, superuser: psycopg.Connection) -> None:
    first = keyed(alice)
    superuser.execute("update idempotency_keys set created_at = now() - interval '24 hours 1 second'")

    answer = keyed(alice, number=1)

    assert answer.status == 201
    assert answer.data["id"] != first.data["id"]
    assert keyed(alice, number=1).data == answer.data


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "\x7f", "é"])
def test_a_bad_key_is_400(alice: Client, key: str) -> None:
    assert keyed(alice, key).status == 400
    assert alice.everything() == []


@pytest.mark.parametrize("key", ["x", "x" * 255, "3f2a-77!~"])
def test_visible_characters_are_a_key(alice: Client, key: str) -> None:
    assert keyed(alice, key).status == 201
    assert keyed(alice, key).headers["idempotency-replayed"] == "true"


def faults_of_keys_across_collections(alice: Client, url: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An equal body under the same key, sent to another collection: what was not refused."""
    keyed(alice)
    body = alice.resource.create_body.model_validate(sample(alice.resource.create_body))
    with monkeypatch.context() as patch, connection_source(url) as source:
        patch.setattr(alice.resource.store, "name", "others")
        try:
            stored = store_for(alice.resource.store, "alice", source).create(body, "k1")
        except ValidationFailed:
            return []
    return [f"{alice.resource}: the key gave {stored.path}"]


def test_a_key_is_bound_to_its_collection(alice: Client, functions_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults_of_keys_across_collections(alice, functions_url, monkeypatch) == []


def test_a_hash_without_its_collection_would_be_seen(
    alice: Client, functions_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "request_hash", lambda _, sent: request_hash("", sent))

    (found,) = faults_of_keys_across_collections(alice, functions_url, monkeypatch)

    assert found.startswith(f"{alice.resource}: the key gave /api/others/")


def test_no_other_resource_answers_with_this_ones_item(alice: Client, resource: Resource) -> None:
    first = keyed(alice)
    for other in RESOURCES:
        if other is not resource:
            answer = keyed(Client(other, alice.api))
            assert (answer.status, answer.code) == (422, "VALIDATION_ERROR"), other

    assert keyed(alice).data == first.data


def test_a_field_that_a_later_version_adds_makes_a_retry_no_other_request(
    functions_url: str, alice: Client, store: Store, resource: Resource
) -> None:
    body = least(resource.create_body)
    first = alice.create(body, headers={"idempotency-key": "k1"}).data
    later: Any = create_model("Later", __base__=resource.create_body, added=(str | None, None))
    with connection_source(functions_url) as source:
        stored = store_for(store, "alice", source).create(later.model_validate(body), "k1")

    assert stored.replayed
    assert str(stored.data.id) == first["id"]


def test_a_stored_answer_that_lacks_a_newer_column_is_answered_with_its_default(
    alice: Client, store: Store, superuser: psycopg.Connection
) -> None:
    """Whatever can be added to a table with rows in it: a column that is nullable, or has a default."""
    for number, (column, definition) in enumerate(own_columns(store).items()):
        given = definition.removeprefix("default ") or "null"
        query = f"""select attnotnull, to_jsonb(({given})::text::{_type_of(superuser, store, column)})
          from pg_attribute where attrelid = '{store.name}'::regclass and attname = '{column}'"""
        ((required, default),) = superuser.execute(query.encode()).fetchall()
        if required and default is None:
            continue
        first = keyed(alice, f"k{number}", number).data
        superuser.execute("update idempotency_keys set response = response - %s", (column,))
        again = keyed(alice, f"k{number}", number)
        assert (again.status, again.headers.get("idempotency-replayed")) == (201, "true"), column
        assert says(again.data, first | {column: default})


def _type_of(connection: psycopg.Connection, store: Store, column: str) -> str:
    query = """select format_type(atttypid, atttypmod) from pg_attribute
      where attrelid = %s::regclass and attname = %s"""
    ((name,),) = connection.execute(query, (store.name, column)).fetchall()
    return str(name)


def test_eight_at_once_with_one_key_make_one_item(functions_url: str, alice: Client, resource: Resource) -> None:
    outcomes: list[Stored[Any]] = []

    def send(source: ConnectionSource) -> None:
        store = store_for(resource.store, "alice", source)
        for number in range(10):
            body = resource.create_body.model_validate(sample(resource.create_body, number))
            outcomes.append(store.create(body, f"k{number}"))

    at_once(functions_url, *[send] * 8)

    assert len(outcomes) == 80
    assert sum(not one.replayed for one in outcomes) == 10
    assert len({one.data.id for one in outcomes}) == 10
    assert alice.total() == 10
