"""DELETE of a collection by a filter: all that fit, in one request; nobody empties one by leaving something out."""

import psycopg
import pytest

from local.samples import sample
from tests.resources import Client, Resource

MADE = 8


@pytest.fixture
def resource(resource: Resource) -> Resource:
    if not resource.filters:
        pytest.skip("no filter, so no request about many")  # of a resource that has none: tasks has
    return resource


def made(client: Client) -> list[dict[str, object]]:
    items = []
    for number in range(MADE):
        item_id = client.created(number)["id"]
        items.append(client.update(item_id, sample(client.resource.update_body, number // 2)).data)
    return items


def test_what_fits_goes_and_the_rest_stays(client: Client, resource: Resource) -> None:
    for name, values in resource.filters.items():
        items = made(client)
        value = next(value for value in values if any(item[name] == value for item in items))
        wanted = [item for item in client.everything() if item[name] != value]
        count = client.total(**{name: value})

        answer = client.delete_many(**{name: value})

        assert (answer.status, answer.json) == (200, {"data": {"count": count}})
        assert client.everything() == wanted
        assert client.total() == len(wanted)
        assert client.total(**{name: value}) == 0
        assert client.delete_many(**{name: value}).data == {"count": 0}


def test_each_is_in_the_feed_and_can_be_brought_back(alice: Client, resource: Resource) -> None:
    items = made(alice)
    _, cursor = alice.feed()
    name, values = next(iter(resource.filters.items()))
    gone = [item["id"] for item in items if item[name] == values[0]]

    alice.delete_many(**{name: values[0]})

    assert {change["id"] for change in alice.feed(cursor)[0] if change["deleted"]} == set(gone)
    assert [alice.restore(str(item_id)).status for item_id in gone] == [200] * len(gone)
    assert alice.total() == MADE


def test_without_a_filter_or_with_another_value_it_is_422_and_nothing_goes(alice: Client, resource: Resource) -> None:
    items = made(alice)[::-1]

    answers = [alice.delete_many(), alice.delete_many(id=items[0]["id"]), alice.delete_many(limit=1)]
    answers += [alice.delete_many(**{name: value}) for name in resource.filters for value in ("", "nonsense", "null")]

    assert [(answer.status, answer.code) for answer in answers] == [(422, "VALIDATION_ERROR")] * len(answers)
    assert alice.everything() == items


def test_tombstones_stay_as_many_as_rows_may_be(
    alice: Client, resource: Resource, superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTA_ROWS", str(MADE))
    name, values = next(iter(resource.filters.items()))
    for _ in range(3):
        made(alice)
        for value in values:
            alice.delete_many(**{name: value})
        assert superuser.execute("select count(*) from deletions").fetchone() == (MADE,)
