"""A wall that falls is seen: with one of the two gone nothing happens, with both gone every trespass succeeds."""

import json
from itertools import count

import pytest

from local.resources import Store
from local.samples import sample
from tests.api import Api
from tests.resources import Client, Resource
from tests.walls import (
    OF_KEYS,
    READS,
    functions_of,
    functions_restored,
    remove_filter,
    remove_filter_of_function,
    remove_filters,
    row_security,
)

_numbers = count()


def two(resource: Resource) -> tuple[Client, Client]:
    """Two users that nobody has been before. Each has an item, and so a row to lock."""
    number = next(_numbers)
    alice, bob = (Client(resource, Api(f"{name}-{number}")) for name in ("alice", "bob"))
    bob.created(1)
    return alice, bob


def let_through(resource: Resource) -> set[str]:
    """The requests by which bob reaches what is alice's, each tried on an item of its own."""
    through = set()
    for action in resource.actions:
        alice, bob = two(resource)
        item = alice.created(1)
        if bob.do(action, item["id"]).status < 300 or alice.get(item["id"]).text != _answer(item):
            through.add(action.name)
    alice, bob = two(resource)
    item = alice.created(1)
    if item in bob.page().data:
        through.add("list")
    return through


def _answer(item: dict[str, object]) -> str:
    return json.dumps({"data": item}, ensure_ascii=False, separators=(",", ":"))


def everything_of(resource: Resource) -> set[str]:
    return {"list", *(action.name for action in resource.actions)}


def pieces_of(store: Store, database_url: str) -> dict[str, set[str]]:
    """The statements and functions that filter by owner, each with those of them that it calls."""
    sources = functions_of(database_url, store)
    called = {name: {other for other in sources if f"{other}(" in source} for name, source in sources.items()}
    return {**{name: set() for name in READS}, **called}


def test_either_wall_holds_without_the_other_and_force_is_for_the_owner(
    served: str, resource: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    row_security(served, "no force")
    assert let_through(resource) == set()
    row_security(served, "disable")
    assert let_through(resource) == set()
    row_security(served, "enable")
    remove_filters(monkeypatch, served)
    assert let_through(resource) == set()
    row_security(served, "force")
    assert let_through(resource) == set()


def test_without_either_wall_every_trespass_succeeds(
    served: str, resource: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove_filters(monkeypatch, served)
    row_security(served, "disable", resource.name)

    assert let_through(resource) == everything_of(resource)


def test_each_filter_is_a_wall_of_its_own(served: str, resource: Resource, store: Store) -> None:
    """With the policy off, a statement or a function without its filter lets through what it serves, and no more."""
    pieces = pieces_of(store, served)
    assert {f"patch_{store.singular}", f"delete_{store.singular}"} < pieces.keys()
    seen: list[str] = []
    for piece, calls in pieces.items():
        with functions_restored(served), pytest.MonkeyPatch.context() as patch:
            remove_filter(patch, served, store, piece)
            assert let_through(resource) == set(), piece
            row_security(served, "disable", store.name)
            through = let_through(resource)
            row_security(served, "enable", store.name)
        assert bool(through) is not bool(calls), piece  # what it calls filters for it
        seen += through
    assert len(seen) == len(set(seen))


def test_all_filters_but_one_leave_that_one_standing(served: str, resource: Resource, store: Store) -> None:
    row_security(served, "disable", store.name)
    for piece in pieces_of(store, served):
        with functions_restored(served), pytest.MonkeyPatch.context() as patch:
            remove_filters(patch, served, but=piece)
            assert let_through(resource) < everything_of(resource), piece


def replays_anothers_answer(resource: Resource) -> bool:
    (alice, bob), body = two(resource), sample(resource.create_body)
    headers = {"idempotency-key": str(next(_numbers))}
    item = alice.create(body, headers=headers).data
    return bool(bob.create(body, headers=headers).data["id"] == item["id"])


def test_of_the_keys_too_either_wall_holds_and_neither_is_too_few(
    served: str, resource: Resource, store: Store
) -> None:
    assert not replays_anothers_answer(resource)
    row_security(served, "disable", "idempotency_keys")
    assert not replays_anothers_answer(resource)
    row_security(served, "enable", "idempotency_keys")
    remove_filter_of_function(served, f"create_{store.singular}", OF_KEYS)
    assert not replays_anothers_answer(resource)
    row_security(served, "disable", "idempotency_keys")
    assert replays_anothers_answer(resource)
