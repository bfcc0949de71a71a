"""The caller's own data: what is kept, and its removal."""

import re
from dataclasses import replace
from typing import Any

import pytest

from shared import account
from tests.api import Answer, Api, token_for
from tests.walls import row_security


def me(api: Api, method: str = "GET", **options: Any) -> Answer:
    function = {"GET": "get_me", "DELETE": "delete_me"}[method]
    return api.call(function, method, "/me", **options)


def test_who_has_never_written_is_known_by_the_token(alice: Api) -> None:
    answer = me(alice)

    assert answer.status == 200
    assert answer.data == {
        "id": "alice", "email": "alice@example.com", "name": "Alice", "tasks": 0, "completed_tasks": 0
    }  # fmt: skip


def test_tasks_are_counted(alice: Api, bob: Api) -> None:
    bob.created()
    alice.created()
    alice.complete(alice.created()["id"])

    assert (me(alice).data["tasks"], me(alice).data["completed_tasks"]) == (2, 1)


def test_a_token_that_says_less_is_filled_from_what_was_stored(alice: Api) -> None:
    alice.created()
    token = token_for("alice", email=None, name=None)

    answer = me(alice, headers={"authorization": f"Bearer {token}"})

    assert (answer.data["email"], answer.data["name"]) == ("alice@example.com", "Alice")


def test_everything_of_the_caller_goes_and_nothing_of_others(alice: Api, bob: Api) -> None:
    task = alice.create({"title": "Mine"}, headers={"idempotency-key": "k"}).data
    kept = bob.created()

    answer = me(alice, "DELETE")

    assert (answer.status, answer.text) == (204, "")
    assert alice.get(task["id"]).status == 404
    assert me(alice).data["tasks"] == 0
    assert bob.list().data == [kept]
    again = alice.create({"title": "Mine"}, headers={"idempotency-key": "k"})
    assert "idempotency-replayed" not in again.headers


def test_deleting_nothing_is_as_good_as_deleting(alice: Api) -> None:
    assert [me(alice, "DELETE").status for _ in range(2)] == [204, 204]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_token_is_needed(served: str, method: str) -> None:
    assert me(Api(user=None), method).status == 401


def reaches_what_is_anothers(alice: Api, bob: Api) -> bool:
    """Bob has one task and alice has two: who sees or deletes more than one is not kept out."""
    alice.created()
    seen = me(bob).data["tasks"]
    bob_deleted = me(bob, "DELETE").status
    bob.created()
    return bool(seen != 1 or bob_deleted != 204 or not alice.list().data)


def test_either_wall_around_the_account_holds_and_neither_is_too_few(
    served: str, alice: Api, bob: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.created(), bob.created()

    assert not reaches_what_is_anothers(alice, bob)
    row_security(served, "disable", "users")
    assert not reaches_what_is_anothers(alice, bob)
    row_security(served, "enable", "users")
    for name in ("GET_ACCOUNT", "DELETE_ACCOUNT"):
        statement = getattr(account, name)
        without, removed = re.subn(r"users\.id = %\(user_id\)s::\w+", "true", statement.sql)
        assert removed, f"{name} has no filter by owner"
        monkeypatch.setattr(account, name, replace(statement, sql=without))
    assert not reaches_what_is_anothers(alice, bob)
    row_security(served, "disable", "users")
    assert reaches_what_is_anothers(alice, bob)
