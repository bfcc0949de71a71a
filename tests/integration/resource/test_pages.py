"""The list of a resource: its pages, its filters and its count."""

from typing import Any

from local.samples import sample
from tests.resources import Client, Resource

MADE = 14


def mixed(client: Client) -> list[dict[str, Any]]:
    """Items made, changed and deleted; gives those that are left, newest first, as each was answered last."""
    resource = client.resource
    items = {number: client.created(number) for number in range(MADE)}
    for number in range(0, MADE, 2):
        items[number] = client.update(items[number]["id"], sample(resource.update_body, number // 2)).data
    for number, action in enumerate(action for action in resource.changes if action.name not in ("update", "delete")):
        items[number] = client.do(action, items[number]["id"]).data
    for number in (2, 3, 7):
        assert client.delete(items.pop(number)["id"]).status == 204
    return [items[number] for number in sorted(items, reverse=True)]


def test_an_empty_list_is_an_empty_page(client: Client) -> None:
    answer = client.page()

    assert (answer.status, answer.json) == (200, {"data": [], "meta": {"limit": 50, "next_cursor": None}})


def test_an_empty_page_still_counts(client: Client, resource: Resource) -> None:
    empty = {"data": [], "meta": {"limit": 50, "next_cursor": None, "total": 0}}

    assert client.page(count=True).json == empty
    for name, values in resource.filters.items():
        for value in values:
            assert client.page(count=True, **{name: value}).json == empty


def test_pages_join_without_gap_or_overlap_newest_first(client: Client) -> None:
    made = [client.created(number)["id"] for number in range(7)]

    seen: list[str] = []
    cursors: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.page(limit=3, **cursor).json
        seen += [item["id"] for item in page["data"]]
        if page["meta"]["next_cursor"] is None:
            break
        cursors.append(page["meta"]["next_cursor"])
        cursor = {"cursor": cursors[-1]}

    assert seen == made[::-1]
    assert len(cursors) == 2


def test_a_last_page_that_is_full_has_no_next(client: Client) -> None:
    for number in range(3):
        client.created(number)

    assert client.page(limit=3).json["meta"] == {"limit": 3, "next_cursor": None}


def test_a_cursor_stays_good_when_its_item_goes(alice: Client) -> None:
    items = [alice.created(number) for number in range(4)][::-1]
    cursor = alice.page(limit=2).json["meta"]["next_cursor"]

    alice.delete(items[1]["id"])
    alice.created(9)

    assert alice.page(cursor=cursor).data == items[2:]


def test_after_a_mix_of_writes_list_and_count_are_the_truth(alice: Client, bob: Client) -> None:
    bob.created()
    items = mixed(alice)

    assert alice.everything() == items
    assert [alice.get(item["id"]).data for item in items] == items
    assert alice.page(count=True).json["meta"]["total"] == len(items)
    assert alice.page(count=True, limit=2).json["meta"]["total"] == len(items)
    assert "total" not in alice.page().json["meta"]
    assert "total" not in alice.page(count=False).json["meta"]


def test_every_filter_gives_what_fits_and_counts_it(alice: Client, resource: Resource) -> None:
    items = mixed(alice)

    for name, values in resource.filters.items():
        fitting = {value: [item for item in items if item[name] == value] for value in values}
        assert sum(map(bool, fitting.values())) > 1, f"no sample tells the values of {name} apart"
        for value, wanted in fitting.items():
            page = alice.page(count=True, limit=100, **{name: value}).json
            assert (page["data"], page["meta"]["total"]) == (wanted, len(wanted)), (name, value)
            first = alice.page(limit=1, **{name: value}).json
            rest = (
                alice.page(limit=100, cursor=first["meta"]["next_cursor"], **{name: value}).json["data"]
                if len(wanted) > 1
                else []
            )
            assert first["data"] + rest == wanted


def test_filters_that_are_given_together_all_hold(alice: Client, resource: Resource) -> None:
    items = mixed(alice)
    together = {name: items[0][name] for name in resource.filters if items[0][name] is not None}

    page = alice.page(count=True, limit=100, **together).json

    wanted = [item for item in items if all(item[name] == value for name, value in together.items())]
    assert (page["data"], page["meta"]["total"]) == (wanted, len(wanted))
