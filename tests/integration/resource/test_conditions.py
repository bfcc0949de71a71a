"""Conditional requests: who knows a version changes that version only."""

from uuid import UUID

import pytest

from local.samples import least, sample
from shared.core.database.connection import ConnectionSource
from shared.core.errors import PreconditionFailed
from shared.core.http.etag import Tags
from tests.resources import NOBODYS, Client, Resource, says
from tests.stores import at_once, store_for

STALE = '"99"'


def test_every_answer_with_an_item_has_its_version(alice: Client, resource: Resource) -> None:
    for action in resource.changes:
        created = alice.create(sample(resource.create_body))
        item = created.data["id"]
        changed = alice.do(action, item)
        if changed.status == 200:
            tags = [answer.headers["etag"] for answer in (created, changed, alice.get(item))]
            assert tags == ['"1"', '"2"', '"2"'], action


@pytest.mark.parametrize("known", ['"1"', 'W/"1"', '"7", "1"', "*"])
def test_a_known_version_is_not_sent_again(client: Client, known: str) -> None:
    item = client.created()["id"]

    answer = client.get(item, headers={"if-none-match": known})

    assert (answer.status, answer.text) == (304, "")
    assert answer.headers["etag"] == '"1"'


@pytest.mark.parametrize("known", [STALE, '"x"', '""'])
def test_another_version_is_sent(alice: Client, known: str) -> None:
    item = alice.created()

    assert alice.get(item["id"], headers={"if-none-match": known}).data == item


def test_a_changed_item_is_sent_to_who_knows_the_version_before(alice: Client, resource: Resource) -> None:
    item = alice.created()["id"]
    changed = alice.update(item, sample(resource.update_body, 1)).data

    answer = alice.get(item, headers={"if-none-match": '"1"'})

    assert (answer.status, answer.data) == (200, changed)


@pytest.mark.parametrize("expected", ['"1"', '"7", "1"', "*"])
def test_the_expected_version_is_changed(client: Client, resource: Resource, expected: str) -> None:
    for action in resource.changes:
        answer = client.do(action, client.created()["id"], headers={"if-match": expected})
        assert answer.status == (204 if action.method == "DELETE" else 200), action


@pytest.mark.parametrize("expected", [STALE, 'W/"1"', '"x"'])
def test_a_stale_version_is_412_and_nothing_happens(client: Client, resource: Resource, expected: str) -> None:
    item = client.created()

    for action in resource.changes:
        answer = client.do(action, item["id"], headers={"if-match": expected})
        assert (answer.status, answer.code) == (412, "PRECONDITION_FAILED"), action
        assert answer.json["error"]["current"] == item

    assert client.everything() == [item]


@pytest.mark.parametrize("expected", ['"1"', STALE, "*"])
def test_anothers_item_is_404_whatever_is_expected(
    alice: Client, bob: Client, resource: Resource, expected: str
) -> None:
    item = alice.created()
    bob.created()

    for action in resource.changes:
        for item_id in (item["id"], NOBODYS):
            assert bob.do(action, item_id, headers={"if-match": expected}).status == 404, action

    assert alice.everything() == [item]


def test_the_expected_version_is_deleted_once(alice: Client) -> None:
    item = alice.created()["id"]

    assert alice.delete(item, headers={"if-match": '"1"'}).status == 204
    assert alice.delete(item, headers={"if-match": '"1"'}).status == 404


@pytest.mark.parametrize("value", ["", "1", '"', '"\x00"', "x" * 10_000])
def test_what_is_no_tag_is_400(alice: Client, resource: Resource, value: str) -> None:
    item = alice.created()

    for action in resource.actions:
        name = "if-match" if action.changes else "if-none-match"
        answer = alice.do(action, item["id"], headers={name: value})
        assert (answer.status, answer.code) == (400, "BAD_REQUEST"), action

    assert alice.everything() == [item]


def test_of_many_writers_with_one_tag_one_wins(functions_url: str, alice: Client, resource: Resource) -> None:
    item = alice.created()
    # There may be few values: the same one again is no new version.
    others = [number for number in range(1, 20) if not says(item, sample(resource.update_body, number))][:6]
    outcomes: list[object] = []

    def write(number: int, source: ConnectionSource) -> None:
        body = resource.update_body.model_validate(sample(resource.update_body, number))
        try:
            store_for(resource.store, "alice", source).update(UUID(item["id"]), body, Tags(frozenset({1})))
            outcomes.append(number)
        except PreconditionFailed:
            outcomes.append(412)

    at_once(functions_url, *(lambda source, number=number: write(number, source) for number in others))

    (winner,) = [outcome for outcome in outcomes if outcome != 412]
    assert isinstance(winner, int)
    assert outcomes.count(412) == 5
    answer = alice.get(item["id"])
    assert answer.headers["etag"] == '"2"'
    assert says(answer.data, sample(resource.update_body, winner))


def test_an_update_that_changes_nothing_is_no_new_version(alice: Client, resource: Resource) -> None:
    item = alice.created()["id"]
    for body in (sample(resource.update_body, 4), least(resource.update_body, 5)):
        first = alice.update(item, body)
        again = alice.update(item, body)
        expected = alice.update(item, body, headers={"if-match": first.headers["etag"]})
        for answer in (again, expected, alice.get(item)):
            assert (answer.status, answer.headers["etag"]) == (200, first.headers["etag"])
            assert answer.data == first.data
