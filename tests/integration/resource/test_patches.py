"""PATCH: what is named is set, null included, and the rest stays (RFC 7396)."""

import pytest

from local.samples import Field, fields_of, sample
from tests.faults import wrong_values
from tests.resources import Client, Resource, says

MERGE_PATCH = "application/merge-patch+json"


def fields(resource: Resource) -> tuple[Field, ...]:
    return fields_of(resource.update_body)


@pytest.mark.parametrize("media_type", ["application/json", MERGE_PATCH, "Application/Merge-Patch+JSON; charset=utf-8"])
def test_each_field_alone_is_set_and_the_others_stay(client: Client, resource: Resource, media_type: str) -> None:
    item = client.update(client.created()["id"], sample(resource.update_body, 1)).data

    for field in fields(resource):
        answer = client.patch(item["id"], {field.name: field.value(2)}, headers={"content-type": media_type})
        assert answer.status == 200
        assert says(answer.data, {field.name: field.value(2)})
        assert client.get(item["id"]).data == answer.data
        kept = {name for name in item if item[name] != answer.data[name]} - {"version", "updated_at", field.name}
        assert all(name not in {other.name for other in fields(resource)} for name in kept), kept
        item = answer.data


def test_null_clears_what_may_be_null_and_is_422_for_the_rest(alice: Client, resource: Resource) -> None:
    item = alice.update(alice.created()["id"], sample(resource.update_body, 1)).data

    for field in fields(resource):
        answer = alice.patch(item["id"], {field.name: None})
        if field.nullable:
            assert (answer.status, answer.data[field.name]) == (200, None)
        else:
            assert (answer.status, answer.fields) == (422, [field.name])


def test_an_empty_patch_and_one_that_changes_nothing_are_no_new_version(alice: Client, resource: Resource) -> None:
    item = alice.update(alice.created()["id"], sample(resource.update_body, 1)).data

    for patch in ({}, {name: item[name] for name in sample(resource.update_body)}):
        answer = alice.patch(item["id"], patch, headers={"if-match": f'"{item["version"]}"'})
        assert (answer.status, answer.data) == (200, item)


def test_an_effective_patch_is_one_version_more(alice: Client, resource: Resource) -> None:
    item = alice.created()

    for number in range(1, 4):
        body = sample(resource.update_body, number)
        item_now = alice.patch(item["id"], body)
        assert (item_now.data["version"], item_now.headers["etag"]) == (number + 1, f'"{number + 1}"')


def test_what_no_field_takes_is_422_and_changes_nothing(alice: Client, resource: Resource) -> None:
    item = alice.created()

    for field in fields(resource):
        for value in wrong_values(field):
            answer = alice.patch(item["id"], f'{{"{field.name}": {value}}}', headers={"content-type": MERGE_PATCH})
            assert (answer.status, answer.fields) == (422, [field.name]), value
    for owned in ("id", "user_id", "version", "revision", "made_from", "created_at", "unknown"):
        assert alice.patch(item["id"], {owned: "x"}).fields == [owned]
    for body in ("[]", "null", '"text"', ""):
        assert (alice.patch(item["id"], body, headers={"content-type": MERGE_PATCH}).status) == 422

    assert alice.everything() == [item]


def test_its_media_type_is_for_a_patch_alone(alice: Client, resource: Resource) -> None:
    item = alice.created()
    headers = {"content-type": MERGE_PATCH}
    others = [action for action in resource.actions if action.body is not None and action.name != "patch"]

    answers = [alice.do(action, item["id"], headers=headers) for action in others]
    answers.append(alice.create(sample(resource.create_body), headers=headers))

    assert {(answer.status, answer.code) for answer in answers} == {(415, "UNSUPPORTED_MEDIA_TYPE")}
