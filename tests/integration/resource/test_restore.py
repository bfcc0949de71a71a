"""Undo: what was deleted can be brought back, as it was, for 90 days."""

import psycopg
import pytest

from local.samples import sample
from tests.api import Answer
from tests.resources import Client, Resource


def without_version(item: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in item.items() if name not in ("version", "updated_at")}


def restored(client: Client, item_id: str) -> dict[str, object]:
    answer = client.restore(item_id)
    assert answer.status == 200, answer.text
    item: dict[str, object] = answer.data
    return item


def refused(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.code


def test_it_is_as_it_was_and_its_version_goes_on(client: Client, resource: Resource) -> None:
    item = client.update(client.created()["id"], sample(resource.update_body, 1)).data
    client.delete(item["id"])

    answer = client.restore(item["id"])

    assert (answer.status, answer.headers["etag"]) == (200, '"3"')
    assert answer.data["version"] == 3
    assert without_version(answer.data) == without_version(item)
    assert answer.data["updated_at"] > item["updated_at"]
    assert client.everything() == [answer.data]
    assert client.total() == 1


def test_the_counts_of_the_owner_follow(alice: Client, resource: Resource) -> None:
    item = alice.update(alice.created()["id"], sample(resource.update_body)).data
    alice.delete(item["id"])
    restored(alice, item["id"])

    for name, values in resource.filters.items():
        assert {value: alice.total(**{name: value}) for value in values} == {
            value: int(item[name] == value) for value in values
        }


def test_what_is_there_is_409_what_never_was_404(alice: Client) -> None:
    item = alice.created()

    assert refused(alice.restore(item["id"])) == (409, "NOT_DELETED")
    alice.delete(item["id"])
    restored(alice, item["id"])
    assert refused(alice.restore(item["id"])) == (409, "NOT_DELETED")


def test_it_can_be_deleted_and_restored_again(alice: Client) -> None:
    item_id = alice.created()["id"]
    for version in (2, 3, 4):
        assert alice.delete(item_id).status == 204
        assert restored(alice, item_id)["version"] == version


def test_at_the_quota_it_is_409(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTA_ROWS", "1")
    item = alice.created()
    alice.delete(item["id"])
    other = alice.created(1)

    assert refused(alice.restore(item["id"])) == (409, "QUOTA_EXCEEDED")
    alice.delete(other["id"])
    # A tombstone for each row that there may be: the other's has taken its place
    assert refused(alice.restore(item["id"])) == (404, "NOT_FOUND")
    assert restored(alice, other["id"])["version"] == 2


def test_after_90_days_it_is_404_whenever_the_purge_comes(
    alice: Client, resource: Resource, superuser: psycopg.Connection
) -> None:
    item_id = alice.created()["id"]
    alice.delete(item_id)
    superuser.execute("update deletions set deleted_at = now() - interval '90 days' + interval '1 minute'")
    restored(alice, item_id)
    alice.delete(item_id)
    superuser.execute("update deletions set deleted_at = now() - interval '90 days' - interval '1 minute'")

    assert refused(alice.restore(item_id)) == (404, "NOT_FOUND")


def test_undoing_an_old_deletion_makes_no_tombstone_go_early(
    alice: Client, resource: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTA_ROWS", "4")
    items = [alice.created(number)["id"] for number in range(4)]
    for item_id in items:
        alice.delete(item_id)
    for _ in range(3):
        restored(alice, items[1])
        alice.delete(items[1])

    assert [alice.restore(item_id).status for item_id in items] == [200] * 4


def test_of_the_other_tombstones_at_most_half_are_written_anew(
    alice: Client, resource: Resource, superuser: psycopg.Connection
) -> None:
    items = [alice.created(number)["id"] for number in range(7)]

    def tombstones() -> list[tuple[int, str]]:
        return superuser.execute("select number, ctid::text from deletions order by revision").fetchall()

    for place in range(7):
        for item_id in items:
            alice.delete(item_id)
        before = tombstones()
        restored(alice, items[place])

        after = tombstones()
        written = {place for _, place in after} - {place for _, place in before}
        numbers = [number for number, _ in after]
        assert len(written) <= min(place, 6 - place)
        assert numbers == list(range(numbers[0], numbers[0] + 6))
        for item_id in items:
            alice.restore(item_id)


def test_what_is_kept_of_it_goes_with_the_account(alice: Client, superuser: psycopg.Connection) -> None:
    item_id = alice.created()["id"]
    alice.delete(item_id)
    alice.api.call("delete_me", "DELETE", "/me")

    assert superuser.execute("select from deletions").fetchall() == []
    assert refused(alice.restore(item_id)) == (404, "NOT_FOUND")


def test_a_client_that_keeps_a_copy_sees_it_go_and_come_back(alice: Client, resource: Resource) -> None:
    item = alice.created()
    _, cursor = alice.feed()
    alice.delete(item["id"])
    gone, later = alice.feed(cursor)
    back = restored(alice, item["id"])

    singular = resource.store.singular
    assert gone == [{"id": item["id"], "deleted": True, singular: None}]
    assert alice.feed(later)[0] == alice.feed(cursor)[0] == [{"id": item["id"], "deleted": False, singular: back}]
