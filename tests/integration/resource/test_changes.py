"""The feed of changes: in the order of the writes, nothing missed, nothing twice; a copy kept by it is the truth."""

from typing import Any

import psycopg
import pytest

from local.samples import sample
from shared.core.database.connection import ConnectionSource
from shared.core.resource.changes import ChangesQuery, FeedCursor
from tests.resources import Client, Resource, new_id
from tests.stores import at_once, store_for


def kept(client: Client, changes: list[dict[str, Any]], copy: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a copy is after these changes."""
    copy = dict(copy or {})
    for change in changes:
        assert set(change) == {"id", "deleted", client.resource.store.singular}
        item = change[client.resource.store.singular]
        assert change["deleted"] is (item is None)
        if item is None:
            copy.pop(change["id"], None)
        else:
            assert item["id"] == change["id"]
            copy[change["id"]] = item
    return copy


def truth(client: Client) -> dict[str, Any]:
    return {item["id"]: item for item in client.everything()}


def expired(client: Client, cursor: str) -> bool:
    answer = client.changes(cursor)
    if answer.status == 410:
        assert answer.code == "CURSOR_EXPIRED"
    else:
        assert answer.status == 200, answer.text
    return answer.status == 410


def test_whoever_has_nothing_has_an_empty_feed_and_a_cursor_that_stays_good(client: Client) -> None:
    answer = client.changes()
    cursor = answer.json["meta"]["cursor"]
    assert (answer.status, answer.json) == (200, {"data": [], "meta": {"cursor": cursor, "more": False}})

    item = client.created()
    assert kept(client, client.feed(cursor)[0]) == {item["id"]: item}
    client.delete(item["id"])
    assert client.feed(cursor)[0] == []  # of what is gone it never had anything


def test_it_begins_with_what_there_is_and_without_what_is_gone(alice: Client) -> None:
    items = [alice.created(number) for number in range(3)]
    alice.delete(items[1]["id"])

    changes, _ = alice.feed()

    assert [change["id"] for change in changes] == [items[0]["id"], items[2]["id"]]
    assert kept(alice, changes) == truth(alice)


def test_each_write_is_seen_once_in_its_order(alice: Client, resource: Resource) -> None:
    made = [alice.created(number)["id"] for number in range(4)]
    _, cursor = alice.feed()
    alice.update(made[2], sample(resource.update_body, 3))
    alice.delete(made[0])
    new = alice.created(6)["id"]
    alice.update(made[1], sample(resource.update_body, 2))

    changes, cursor = alice.feed(cursor, limit=2)

    assert [change["id"] for change in changes] == [made[2], made[0], new, made[1]]
    assert alice.feed(cursor)[0] == []


def test_an_item_that_changed_often_is_seen_as_it_is(alice: Client, resource: Resource) -> None:
    item_id = alice.created()["id"]
    _, cursor = alice.feed()
    for number in range(1, 5):
        last = alice.update(item_id, sample(resource.update_body, number)).data

    assert kept(alice, alice.feed(cursor)[0]) == {item_id: last}
    assert len(alice.feed(cursor)[0]) == 1


def test_what_changes_nothing_is_not_in_it(alice: Client, resource: Resource) -> None:
    item = alice.update(alice.created()["id"], sample(resource.update_body, 1)).data
    _, cursor = alice.feed()

    alice.update(item["id"], sample(resource.update_body, 1))
    alice.patch(item["id"], {})
    alice.create(sample(resource.create_body) | {"id": item["id"]})
    alice.delete(new_id())
    alice.restore(item["id"])

    assert alice.feed(cursor)[0] == []


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_of_any_length_join_while_others_write(alice: Client, resource: Resource, limit: int) -> None:
    items = [alice.created(number)["id"] for number in range(6)]
    copy: dict[str, Any] = {}
    cursor: str | None = None
    for round_ in range(6):
        page = alice.changes(cursor, limit=limit).json
        copy = kept(alice, page["data"], copy)
        cursor = page["meta"]["cursor"]
        alice.update(items[round_], sample(resource.update_body, round_ + 1))
        alice.delete(items[(round_ * 2 + 1) % 6])
        alice.created(round_)

    copy = kept(alice, alice.feed(cursor, limit=limit)[0], copy)

    assert copy == truth(alice)


def test_every_way_to_write_is_in_it(alice: Client, resource: Resource) -> None:
    copy, cursor = kept(alice, alice.feed()[0]), alice.feed()[1]
    for number, action in enumerate(resource.every_action):
        item_id = alice.created(number)["id"]
        if action.name == "restore":
            alice.delete(item_id)
        assert alice.do(action, item_id).status in (200, 204)
        changes, cursor = alice.feed(cursor)
        copy = kept(alice, changes, copy)
        assert copy == truth(alice), action


def test_a_cursor_of_an_account_before_is_410(alice: Client) -> None:
    alice.created()
    _, cursor = alice.feed()
    alice.api.call("delete_me", "DELETE", "/me")

    assert expired(alice, cursor)
    alice.created()
    assert expired(alice, cursor)
    assert not expired(alice, alice.feed()[1])


def test_a_cursor_ahead_of_a_restored_database_is_410(alice: Client, superuser: psycopg.Connection) -> None:
    alice.created()
    _, cursor = alice.feed()
    assert not expired(alice, cursor)

    superuser.execute("update users set revision = 0")

    assert expired(alice, cursor)


def test_a_cursor_of_before_a_restore_is_410_when_the_epoch_was_changed(
    alice: Client, superuser: psycopg.Connection
) -> None:
    alice.created()
    _, cursor = alice.feed()

    superuser.execute("update users set epoch = gen_random_uuid()")

    assert expired(alice, cursor)


def test_a_cursor_of_more_than_90_days_is_410(alice: Client) -> None:
    alice.created()
    _, cursor = alice.feed()

    assert not expired(alice, aged(alice, cursor, days=90, seconds=-60))
    assert expired(alice, aged(alice, cursor, days=90, seconds=60))


def aged(client: Client, cursor: str, *, days: int, seconds: int) -> str:
    """The cursor as it would have been answered so long ago."""
    name = str(client.resource)
    found = FeedCursor.read(cursor, name)
    return found._replace(caught_up=found.caught_up - days * 86_400 - seconds).encoded(name)


def test_a_reader_in_the_midst_of_old_changes_is_as_old_as_it_was(alice: Client) -> None:
    """To have read a page is not to have caught up."""
    for number in range(4):
        alice.created(number)
    _, cursor = alice.feed()
    for number in range(4):
        alice.created(number)
    old = aged(alice, cursor, days=89, seconds=0)

    page = alice.changes(old, limit=2).json

    assert page["meta"]["more"] is True
    name = str(alice.resource)
    assert FeedCursor.read(page["meta"]["cursor"], name).caught_up == FeedCursor.read(old, name).caught_up
    assert not expired(alice, page["meta"]["cursor"])
    assert expired(alice, aged(alice, page["meta"]["cursor"], days=1, seconds=60))


def test_a_cursor_before_a_tombstone_that_made_room_is_410(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTA_ROWS", "3")
    _, first = alice.feed()
    items = [alice.created(number)["id"] for number in range(3)]
    _, before = alice.feed()
    for item_id in items:
        alice.delete(item_id)
    _, after = alice.feed()
    assert not expired(alice, before)

    alice.delete(alice.created()["id"])

    assert expired(alice, before)
    assert not expired(alice, after)
    assert not expired(alice, first)  # of who had nothing: what is missing it never had


def test_a_reader_that_began_after_the_deletions_needs_none_of_them(
    alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTA_ROWS", "3")
    for number in range(6):
        alice.delete(alice.created(number)["id"])
    for number in range(3):
        alice.created(number)

    begun = alice.changes(limit=1).json["meta"]["cursor"]

    assert not expired(alice, begun)
    assert kept(alice, alice.feed()[0]) == truth(alice)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "", "1.0", " 5"])
def test_a_limit_outside_1_to_100_is_422(alice: Client, limit: str) -> None:
    assert alice.changes(limit=limit).fields == ["limit"]


def test_a_cursor_of_another_collection_or_altered_is_400(alice: Client) -> None:
    alice.created()
    _, cursor = alice.feed()
    found = FeedCursor.read(cursor, str(alice.resource))

    for forged in (
        found.encoded("another"),
        cursor + "=",
        cursor[:-1],
        cursor + "A",
        alice.page(limit=1).json["meta"]["next_cursor"] or "x",
        found._replace(position=2**64 - 1).encoded(str(alice.resource)),
    ):
        assert (alice.changes(forged).status, alice.changes(forged).code) == (400, "BAD_REQUEST"), forged


def test_with_eight_who_write_at_once_a_reader_misses_nothing(
    functions_url: str, alice: Client, resource: Resource
) -> None:
    done = list[int]()
    copy: dict[str, Any] = {}

    def write(source: ConnectionSource) -> None:
        store = store_for(resource.store, "alice", source)
        for number in range(12):
            item = store.create(resource.create_body.model_validate(sample(resource.create_body, number))).data
            store.update(item.id, resource.update_body.model_validate(sample(resource.update_body, number + 1)))
            if number % 3 == 0:
                store.delete(item.id)
        done.append(1)

    def read(source: ConnectionSource) -> None:
        store = store_for(resource.store, "alice", source)
        cursor: str | None = None
        while len(done) < 7:
            page = store.changes(ChangesQuery(after=cursor, limit=3)).model_dump(mode="json")
            copy.update(kept(alice, page["data"], copy))
            for change in page["data"]:
                if change["deleted"]:
                    copy.pop(change["id"], None)
            cursor = page["meta"]["cursor"]
        copy["cursor"] = cursor

    at_once(functions_url, *([write] * 7), read)

    cursor = copy.pop("cursor")
    assert kept(alice, alice.feed(cursor)[0], copy) == truth(alice)
