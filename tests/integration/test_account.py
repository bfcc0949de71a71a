"""The caller's own data: what is kept, and its removal."""

import re
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from shared import account
from shared.tables.account import DELETE_ACCOUNT
from tests.api import Answer, Api, token_for
from tests.integration.kept import kept_of, use_everything
from tests.minutes import limit
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


# The counter of the present minute: without it, who deletes the account would have a fresh limit each time. And the
# names of what may come late, and would bring something back.
KEPT_FOR_A_DAY = {"rate_limits", "lost_attempts"}


def test_after_the_deletion_no_row_of_any_table_is_the_users(superuser: psycopg.Connection[Any], alice: Api) -> None:
    for user in ("alice", "bob"):
        use_everything(user)
    before, others = kept_of(superuser, "alice"), kept_of(superuser, "bob")
    assert all(before.values()), "the test has to leave something in each table"

    assert me(alice, "DELETE").status == 204

    (counter,) = kept_of(superuser, "alice")["rate_limits"]
    assert {table for table, rows in kept_of(superuser, "alice").items() if rows} == KEPT_FOR_A_DAY
    assert counter["requests"] > 0
    assert kept_of(superuser, "bob") == others


def test_what_counts_the_requests_goes_with_the_next_day(superuser: psycopg.Connection[Any], alice: Api) -> None:
    alice.list()
    query = "select expires - current_date, bucket from rate_limits where user_id = 'alice'"
    ((_, bucket),) = superuser.execute(query).fetchall()

    assert me(alice, "DELETE").status == 204

    assert superuser.execute(query).fetchall() == [(1, bucket)]
    alice.list()
    assert superuser.execute(query).fetchall() == [(1, bucket)]


def test_a_deletion_gives_no_request_back(alice: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, 3)

    answers = [alice.create({"title": "Mine"}), me(alice, "DELETE"), alice.create({"title": "Mine"}), alice.list()]

    assert [answer.status for answer in answers] == [201, 204, 201, 429]


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


def puts_off_anothers(alice: Api, bob: Api, superuser: psycopg.Connection[Any]) -> bool:
    """Each has a counter; that of alice stays for as long as it did."""
    alice.list()
    query = "select expires from rate_limits where user_id = 'alice'"
    superuser.execute("delete from rate_limits where user_id = 'alice'")
    alice.list()
    before = superuser.execute(query).fetchall()
    me(bob, "DELETE")
    return superuser.execute(query).fetchall() != before


def test_either_wall_around_the_counter_holds_and_neither_is_too_few(
    served: str, alice: Api, bob: Api, superuser: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not puts_off_anothers(alice, bob, superuser)
    row_security(served, "disable", "rate_limits")
    assert not puts_off_anothers(alice, bob, superuser)
    row_security(served, "enable", "rate_limits")
    without, removed = re.subn(r"rate_limits\.user_id = %\(user_id\)s::\w+", "true", DELETE_ACCOUNT.sql)
    assert removed == 1
    monkeypatch.setattr(account, "DELETE_ACCOUNT", replace(DELETE_ACCOUNT, sql=without))
    assert not puts_off_anothers(alice, bob, superuser)
    row_security(served, "disable", "rate_limits")
    assert puts_off_anothers(alice, bob, superuser)


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
