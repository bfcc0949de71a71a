"""Each user sees and changes their own items only: by the owner filter, by row-level security, and by either alone."""

import json
from uuid import UUID

import pytest

from local.samples import sample
from shared.core.http.cursor import ListCursor
from shared.core.resource.schemas import NEWEST_FIRST
from tests.api import Answer
from tests.resources import NOBODYS, Client, Resource, new_id
from tests.walls import remove_filters, row_security


@pytest.fixture(params=["both walls", "policy alone", "filter alone"])
def walls(request: pytest.FixtureRequest, served: str, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "policy alone":
        remove_filters(monkeypatch, served)
    if request.param == "filter alone":
        row_security(served, "disable")
    return str(request.param)


def without_request_id(answer: Answer) -> tuple[int, dict[str, str], object]:
    body = json.loads(answer.text)
    body["error"].pop("request_id")
    headers = {name: value for name, value in answer.headers.items() if name != "ratelimit"}  # it counts requests
    return answer.status, headers, body


@pytest.mark.parametrize("has_a_row", [True, False], ids=["known", "unknown"])
def test_anothers_item_is_answered_like_one_that_never_was(
    walls: str, alice: Client, bob: Client, resource: Resource, has_a_row: bool
) -> None:
    item = alice.created()
    own = [bob.created()] if has_a_row else []

    for action in resource.every_action:
        for headers in ({}, {"if-match": '"1"'}, {"if-none-match": '"1"'}, {"if-match": "*"}):
            answer = bob.do(action, item["id"], headers=headers)
            assert answer.status == 404, action
            assert without_request_id(answer) == without_request_id(bob.do(action, NOBODYS, headers=headers))

    assert alice.everything() == [item]
    assert bob.everything() == own


def test_what_another_has_deleted_is_answered_like_what_never_was(
    walls: str, alice: Client, bob: Client, resource: Resource
) -> None:
    item = alice.created()
    alice.delete(item["id"])

    for action in resource.every_action:
        answer = bob.do(action, item["id"])
        assert answer.status == 404, action
        assert without_request_id(answer) == without_request_id(bob.do(action, NOBODYS))

    assert alice.restore(item["id"]).status == 200


def test_a_batch_reaches_the_callers_items_only(walls: str, alice: Client, bob: Client, resource: Resource) -> None:
    item, gone = alice.created(), alice.created(1)
    alice.delete(gone["id"])
    operations = [
        {"op": op, "id": item_id, **more}
        for item_id in (item["id"], gone["id"])
        for op, more in (("patch", {"patch": sample(resource.update_body, 3)}), ("delete", {}))
    ]

    answer = bob.batch(*operations)

    assert [result["status"] for result in answer.data] == ["not_found"] * 4
    assert answer.json["current"] == []
    assert alice.everything() == [item]


def test_anothers_batch_is_not_answered_again(walls: str, alice: Client, bob: Client, resource: Resource) -> None:
    client_id, item_id = new_id(), new_id()
    operation = {"op": "create", "id": item_id, **sample(resource.create_body)}

    answers = [client.batch(operation, client_id=client_id) for client in (alice, bob)]

    assert [answer.json["meta"]["replayed"] for answer in answers] == [False, False]
    assert [item["user_id"] for client in (alice, bob) for item in client.everything()] == ["alice", "bob"]


def test_the_feed_holds_the_callers_changes_only(walls: str, alice: Client, bob: Client, resource: Resource) -> None:
    for number in range(3):
        alice.delete(alice.created(number)["id"])
    alice.created()
    bob.created(2)
    _, cursor = bob.feed()
    own, gone = bob.created(), bob.created(1)
    bob.delete(gone["id"])

    changes, _ = bob.feed(cursor)

    singular = resource.store.singular
    assert changes == [
        {"id": own["id"], "deleted": False, singular: own},
        {"id": gone["id"], "deleted": True, singular: None},
    ]


def test_what_fits_of_the_callers_is_deleted_and_nothing_of_others(
    walls: str, alice: Client, bob: Client, resource: Resource
) -> None:
    items = [alice.created(number) for number in range(3)][::-1]

    for name, values in resource.filters.items():
        for value in values:
            own = [item for item in bob.everything() if item[name] == value]
            assert bob.delete_many(**{name: value}).data == {"count": len(own)}
    for path in resource.collective:
        assert bob.collectively(path).data == {"count": 0}

    assert alice.everything() == items


def test_an_id_that_another_has_is_free(walls: str, alice: Client, bob: Client, resource: Resource) -> None:
    """It can neither clash nor be found out, live or deleted."""
    live, gone = alice.created(), alice.created(1)
    alice.delete(gone["id"])

    for item in (live, gone):
        own = bob.create(sample(resource.create_body, 2) | {"id": item["id"]})
        assert (own.status, own.data["user_id"]) == (201, "bob")

    assert alice.everything() == [live]


def test_a_list_holds_the_callers_items_only(walls: str, alice: Client, bob: Client, resource: Resource) -> None:
    for number in range(3):
        alice.created(number)
    own = bob.created()

    page = bob.page(count=True).json

    assert (page["data"], page["meta"]["total"]) == ([own], 1)
    for sort in resource.sorts:
        assert bob.page(sort=sort).data == [own]
    for name, values in resource.filters.items():
        for value in values:
            page = bob.page(count=True, **{name: value}).json
            assert (page["data"], page["meta"]["total"]) == (([own], 1) if own[name] == value else ([], 0))


def test_anothers_cursor_shows_the_callers_own_rows(walls: str, alice: Client, bob: Client) -> None:
    own = bob.created()
    item = alice.created(1)

    assert bob.page(cursor=ListCursor(UUID(item["id"])).encoded(NEWEST_FIRST)).data == [own]


def test_anothers_id_can_be_had_by_both(walls: str, alice: Client, bob: Client, resource: Resource) -> None:
    """A retry with another's key makes an item of the caller's own, and leaves theirs."""
    headers = {"idempotency-key": "k"}
    item = alice.create(sample(resource.create_body), headers=headers).data
    own = bob.create(sample(resource.create_body), headers=headers).data

    assert own["id"] != item["id"]
    assert (alice.everything(), bob.everything()) == ([item], [own])


def test_the_path_of_another_user_is_forbidden_before_any_look_up(
    alice: Client, bob: Client, resource: Resource
) -> None:
    item = alice.created()
    name, body = f"/alice/{resource}", sample(resource.create_body)

    answers = [
        bob.api.call(resource.function("GET"), "GET", name),
        bob.api.call(resource.function("POST"), "POST", name, body=body),
        *(
            bob.api.call(action.function, action.method, "/alice" + action.path.format(id=item["id"]), body=action.body)
            for action in resource.every_action
        ),
        bob.api.call(resource.function("GET", "/changes"), "GET", f"{name}/changes"),
        bob.api.call(resource.function("POST", "/batch"), "POST", f"{name}/batch", body={}),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [(403, "FORBIDDEN")] * len(answers)
    assert alice.everything() == [item]
    assert bob.everything() == []


def test_a_body_cannot_name_another_owner(alice: Client, bob: Client, resource: Resource) -> None:
    own = bob.created()
    answers = [
        bob.create(sample(resource.create_body) | {"user_id": "alice"}),
        bob.update(own["id"], sample(resource.update_body, 1) | {"user_id": "alice"}),
    ]

    assert [(answer.status, answer.fields) for answer in answers] == [(422, ["user_id"])] * 2
    assert (alice.everything(), bob.everything()) == ([], [own])
