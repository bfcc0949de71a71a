"""The five verbs of a resource, on both families of routes, from event to PostgreSQL and back."""

import pytest

from local.samples import Field, fields_of, least, sample
from tests.resources import NOBODYS, Client, Resource, says

SAMPLES = 12


def test_a_created_item_is_answered_whole(client: Client, resource: Resource) -> None:
    body = sample(resource.create_body)

    answer = client.create(body)

    item = answer.data
    assert answer.status == 201
    assert list(answer.json) == ["data"]
    assert answer.headers["location"] == f"/api/{resource}/{item['id']}"
    assert answer.headers["etag"] == '"1"'
    assert set(item) == set(resource.store.public.model_fields)
    assert item["user_id"] == "alice"
    assert item["created_at"] == item["updated_at"]
    assert item["created_at"].endswith("Z")
    assert says(item, body)


def test_whatever_is_valid_comes_back_as_it_was_sent(alice: Client, resource: Resource) -> None:
    for number in range(SAMPLES):
        body = sample(resource.create_body, number)
        answer = alice.create(body)
        assert (answer.status, says(answer.data, body)) == (201, True), answer.text
        read = alice.get(answer.data["id"])
        assert (read.status, read.data, read.headers["etag"]) == (200, answer.data, '"1"')


def test_text_of_the_greatest_length_is_kept(alice: Client, resource: Resource) -> None:
    for field in fields_of(resource.create_body):
        if field.kind == "text":
            body = sample(resource.create_body) | {field.name: "x" * field.schema["maxLength"]}
            assert says(alice.create(body).data, body)


def test_text_is_trimmed_and_a_blank_one_is_null_or_none(alice: Client, resource: Resource) -> None:
    for field in fields_of(resource.create_body):
        if field.kind == "text":
            body = sample(resource.create_body)
            padded = body | {field.name: f" \t{body[field.name]}\n "}
            assert says(alice.create(padded).data, body)
        if field.kind == "text" and field.nullable:
            for blank in (None, "", "  \n "):
                assert alice.create(sample(resource.create_body) | {field.name: blank}).data[field.name] is None


def test_times_are_taken_with_any_offset_and_given_in_utc(alice: Client, resource: Resource) -> None:
    for field in fields_of(resource.create_body):
        if field.kind == "timestamp":
            for time in ("2026-04-16T09:30:00+05:30", "2026-04-16t04:00:00.000z", "2026-04-15T16:00:00-12:00"):
                body = sample(resource.create_body) | {field.name: time}
                assert alice.create(body).data[field.name] == "2026-04-16T04:00:00Z"


def test_what_is_left_out_of_a_new_item_has_its_default(alice: Client, resource: Resource) -> None:
    item = alice.create(least(resource.create_body, 3)).data

    assert says(item, least(resource.create_body, 3) | _defaults(fields_of(resource.create_body)))


def _defaults(fields: tuple[Field, ...]) -> dict[str, object]:
    return {field.name: field.default for field in fields if not field.required and not field.keeps}


def test_an_update_replaces_what_it_names_and_what_it_leaves_out(client: Client, resource: Resource) -> None:
    item = client.created()
    whole, bare = sample(resource.update_body, 1), least(resource.update_body, 2)
    kept = {field.name: whole[field.name] for field in fields_of(resource.update_body) if field.keeps}

    first, second = client.update(item["id"], whole), client.update(item["id"], bare)

    assert (first.status, second.status) == (200, 200)
    assert (first.headers["etag"], second.headers["etag"]) == ('"2"', '"3"')
    assert says(first.data, whole)
    assert says(second.data, bare | _defaults(fields_of(resource.update_body)) | kept)
    assert client.get(item["id"]).data == second.data
    assert item["updated_at"] < first.data["updated_at"] < second.data["updated_at"]
    assert item["created_at"] == second.data["created_at"]


def test_every_field_of_an_update_is_stored(alice: Client, resource: Resource) -> None:
    item = alice.created()
    for number in range(SAMPLES):
        body = sample(resource.update_body, number)
        assert says(alice.update(item["id"], body).data, body)
        assert says(alice.get(item["id"]).data, body)


def test_an_update_changes_no_other_item(alice: Client, resource: Resource) -> None:
    other, item = alice.created(1), alice.created(2)

    alice.update(item["id"], sample(resource.update_body, 5))

    assert alice.get(other["id"]).data == other


def test_a_deleted_item_is_gone_and_the_others_stay(client: Client) -> None:
    item, other = client.created(), client.created(1)

    answer = client.delete(item["id"])

    assert (answer.status, answer.text) == (204, "")
    assert [client.do(action, item["id"]).status for action in client.resource.actions] == [404] * len(
        client.resource.actions
    )
    assert client.everything() == [other]


def test_what_never_was_is_404(client: Client) -> None:
    for action in client.resource.every_action:
        answer = client.do(action, NOBODYS)
        assert (answer.status, answer.code) == (404, "NOT_FOUND"), action


@pytest.mark.parametrize("user", ["auth0|5f7c-1", "a/b", "x" * 255])
def test_any_subject_has_items_of_its_own(alice: Client, user: str) -> None:
    alice.created()
    alice.api.user = user
    item = alice.created()

    assert alice.everything() == [item]
    assert item["user_id"] == user
