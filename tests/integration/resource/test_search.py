"""The list searched and sorted: any text as it is, in any order, with pages that join."""

from typing import Any

import pytest

from local.samples import Field, fields_of, sample
from tests.resources import Client, Resource

MADE = 11


def texts(resource: Resource) -> list[Field]:
    return [field for field in fields_of(resource.update_body) if field.kind == "text"]


def made(client: Client) -> list[dict[str, Any]]:
    """Items whose texts, times of change and ids are in orders of their own, some alike; newest first."""
    for number in range(MADE):
        client.created(number * 7 % MADE // 2)
    for number, item in enumerate(client.everything()[::3]):
        client.update(item["id"], sample(client.resource.update_body, number))
    return client.everything()


def paged(client: Client, limit: int, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.page(limit=limit, **query, **cursor).json
        found += page["data"]
        if page["meta"]["next_cursor"] is None:
            return found
        cursor = {"cursor": page["meta"]["next_cursor"]}


def key(sort: str) -> Any:
    name = sort.lstrip("-")
    if name == "created":
        return lambda item: item["id"]
    if name == "updated":
        return lambda item: item["updated_at"]
    return lambda item: ((item[name] or "").encode(), item["id"])


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_every_order_is_kept_across_pages(client: Client, resource: Resource, limit: int) -> None:
    items = made(client)

    for sort in resource.sorts:
        found = paged(client, limit, sort=sort)
        assert found == sorted(items, key=key(sort), reverse=sort.startswith("-")), sort


def test_the_lists_own_order_is_newest_first(alice: Client) -> None:
    made(alice)

    assert alice.page().json == alice.page(sort="-created").json


def test_what_is_null_comes_before_all_texts(alice: Client, resource: Resource) -> None:
    for field in texts(resource):
        if field.nullable and field.name in resource.sorts:
            items = [alice.created(number) for number in range(3)]
            alice.patch(items[1]["id"], {field.name: None})
            assert paged(alice, 1, sort=field.name)[0]["id"] == items[1]["id"]


def test_a_cursor_of_another_order_is_400(alice: Client, resource: Resource) -> None:
    made(alice)
    cursors = {sort: alice.page(limit=2, sort=sort).json["meta"]["next_cursor"] for sort in resource.sorts}

    for sort in resource.sorts:
        for of, cursor in cursors.items():
            answer = alice.page(sort=sort, cursor=cursor)
            assert (answer.status == 200) is (of == sort), (sort, of)
            assert answer.status == 200 or answer.code == "BAD_REQUEST"


def test_a_cursor_stays_good_when_its_item_goes_or_changes(alice: Client, resource: Resource) -> None:
    for sort in (sort for sort in resource.sorts if sort.lstrip("-") != "updated"):
        items = paged(alice, 100, sort=sort) or (made(alice) and paged(alice, 100, sort=sort))
        cursor = alice.page(limit=3, sort=sort).json["meta"]["next_cursor"]
        alice.delete(items[2]["id"])

        assert alice.page(sort=sort, cursor=cursor).data == items[3:], sort


@pytest.mark.parametrize("sort", ["", "none", "--created", "id", "revision", "user_id", "CREATED", "created;", "\0"])
def test_no_other_order_is_taken(alice: Client, sort: str) -> None:
    assert (alice.page(sort=sort).status, alice.page(sort=sort).fields) == (422, ["sort"])


def test_a_search_is_in_every_text_and_heeds_no_case(client: Client, resource: Resource) -> None:
    for field in texts(resource):
        found = client.created(1)
        other = client.created(2)
        client.patch(found["id"], {field.name: "Straße nach ÉVIAN"[: field.schema["maxLength"]]})

        for q in ("straße", "STRAß", " éviaN ", "e n"):
            wanted = q.strip().lower() in "straße nach évian" and field.schema["maxLength"] >= 17
            assert [item["id"] for item in client.page(q=q).data] == ([found["id"]] if wanted else []), q
        for item in (found, other):
            client.delete(item["id"])


def test_nothing_in_it_is_a_wildcard(alice: Client, resource: Resource) -> None:
    for field in texts(resource):
        for text in ("100 % off", "a_b", "back\\slash", "quote ' or '1'='1", "[a-z]*", "%s %(q)s"):
            alice.created(3)
            item = alice.created(3)
            alice.patch(item["id"], {field.name: text[: field.schema["maxLength"]]})
        for q in ("%", "_", "\\", "'", "*", "%(q)s"):
            found = {item["id"] for item in alice.page(q=q, limit=100).data}
            assert found == {
                item["id"] for item in alice.everything() if any(q in (item[one.name] or "") for one in texts(resource))
            }, q


def test_it_counts_and_pages_what_it_finds_and_joins_with_filters(alice: Client, resource: Resource) -> None:
    items = made(alice)
    for field in texts(resource):
        q = next(item[field.name] for item in items if item[field.name])[:3]
        wanted = [item for item in items if any(q.lower() in (item[one.name] or "").lower() for one in texts(resource))]
        page = alice.page(q=q, count=True, limit=100).json
        assert (page["data"], page["meta"]["total"]) == (wanted, len(wanted))
        for sort in resource.sorts:
            expected = sorted(wanted, key=key(sort), reverse=sort.startswith("-"))
            assert paged(alice, 2, q=q, sort=sort) == expected
        for name, values in resource.filters.items():
            for value in values:
                both = [item for item in wanted if item[name] == value]
                page = alice.page(q=q, count=True, limit=100, **{name: value}).json
                assert (page["data"], page["meta"]["total"]) == (both, len(both))


def test_a_blank_search_is_none_and_a_long_one_or_a_nul_is_422(alice: Client) -> None:
    item = alice.created()

    assert alice.page(q="").data == alice.page(q="  ").data == [item]
    for q in ("x" * 201, "\0", "a\0b"):
        assert alice.page(q=q).fields == ["q"]
    assert alice.page_of("q=%FF%FE%ED%A0%80").status == 200
