"""A wall that falls is seen: with one of the two gone nothing happens, with both gone every trespass succeeds."""

import json
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import pytest

from local.resources import Store
from local.samples import sample
from tests.api import Api
from tests.resources import Action, Client, Resource, new_id
from tests.walls import (
    OF_CLIENTS,
    OF_KEYS,
    OF_TOMBSTONES,
    READS,
    called_by,
    functions_of,
    functions_restored,
    remove_filter,
    remove_filter_of_function,
    remove_filters,
    remove_filters_of_statements,
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
    """The requests by which bob reaches what is alice's, each tried on an item of its own: the one that she has."""
    through = set()
    alice, bob = two(resource)
    for name, trespasses in _trespasses(resource).items():
        item = alice.created(1)
        if trespasses(bob, item) or alice.get(item["id"]).text != _answer(item):
            through.add(name)
        assert alice.delete(item["id"]).status in (204, 404), name
    for client in (alice, bob):
        assert client.api.call("delete_me", "DELETE", "/me").status == 204
    return through


def _trespasses(resource: Resource) -> dict[str, Callable[[Client, dict[str, Any]], bool]]:
    """Each request, and whether it shows to who sends it that there is such an item of another."""
    body = sample(resource.create_body, 2)
    return {
        **{action.name: partial(_finds, action) for action in resource.every_action},
        **{path: partial(_changes_all, path) for path in resource.collective},
        **{f"list by {sort}": partial(_lists, {"sort": sort}) for sort in resource.sorts},
        "delete many": _deletes_all,
        "changes": lambda bob, item: item["id"] in [change["id"] for change in bob.feed()[0]],
        "create with an id": lambda bob, item: bob.create(body | {"id": item["id"]}).status != 201,
        "batch": lambda bob, item: bob.batch({"op": "delete", "id": item["id"]}).data[0]["status"] != "not_found",
        "current of a batch": lambda bob, item: item in bob.batch(_stale(resource, item["id"])).json["current"],
    }


def _stale(resource: Resource, item_id: str) -> dict[str, Any]:
    return {"op": "patch", "id": item_id, "version": 99, "patch": sample(resource.update_body, 3)}


def _finds(action: Action, bob: Client, item: dict[str, Any]) -> bool:
    return bob.do(action, item["id"]).status in (200, 204, 304, 409)


def _lists(query: dict[str, Any], bob: Client, item: dict[str, Any]) -> bool:
    return item in bob.page(**query).data


def _deletes_all(bob: Client, item: dict[str, Any]) -> bool:
    """Seen by what becomes of the item."""
    for name in bob.resource.filters:
        assert bob.delete_many(**{name: item[name]}).status == 200
    return False


def _changes_all(path: str, bob: Client, _: dict[str, Any]) -> bool:
    """Seen by what becomes of the item."""
    assert bob.collectively(path).status == 200
    return False


def _answer(item: dict[str, object]) -> str:
    return json.dumps({"data": item}, ensure_ascii=False, separators=(",", ":"))


def everything_of(resource: Resource) -> set[str]:
    return set(_trespasses(resource)) - ({"delete many"} if not resource.filters else set())


def pieces_of(store: Store, database_url: str) -> dict[str, set[str]]:
    """The statements and functions that filter by owner, each with those of them that it calls."""
    sources = functions_of(database_url, store)
    called = {name: called_by(database_url, name) & sources.keys() for name in sources}
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


def restores_anothers(resource: Resource) -> bool:
    alice, bob = two(resource)
    item = alice.created(1)
    alice.delete(item["id"])
    _, cursor = bob.feed()
    seen = [change["id"] for change in bob.feed(cursor)[0]]
    return bob.restore(item["id"]).status != 404 or item["id"] in seen


def test_of_tombstones_either_wall_holds_and_neither_is_too_few(served: str, resource: Resource, store: Store) -> None:
    assert not restores_anothers(resource)
    row_security(served, "disable", "deletions")
    assert not restores_anothers(resource)
    row_security(served, "enable", "deletions")
    remove_filter_of_function(served, f"restore_{store.singular}", OF_TOMBSTONES)
    assert not restores_anothers(resource)
    row_security(served, "disable", "deletions")
    assert restores_anothers(resource)


def shows_anothers_tombstone(resource: Resource) -> bool:
    alice, bob = two(resource)
    _, cursor = bob.feed()
    alice.created(2)
    item = alice.created(1)
    alice.delete(item["id"])
    return item["id"] in [change["id"] for change in bob.feed(cursor)[0]]


def test_of_the_feeds_tombstones_too(
    served: str, resource: Resource, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    row_security(served, "disable", "deletions")
    assert not shows_anothers_tombstone(resource)
    row_security(served, "enable", "deletions")
    remove_filters_of_statements(monkeypatch, store, "changes")
    assert not shows_anothers_tombstone(resource)
    row_security(served, "disable", "deletions")
    assert shows_anothers_tombstone(resource)


def replays_anothers_batch(resource: Resource) -> bool:
    (alice, bob), client_id = two(resource), new_id()
    operation = {"op": "create", "id": new_id(), **sample(resource.create_body)}
    return bool([one.batch(operation, client_id=client_id).json["meta"]["replayed"] for one in (alice, bob)][1])


def test_of_clients_either_wall_holds_and_neither_is_too_few(served: str, resource: Resource) -> None:
    assert not replays_anothers_batch(resource)
    row_security(served, "disable", "sync_clients")
    assert not replays_anothers_batch(resource)
    row_security(served, "enable", "sync_clients")
    remove_filter_of_function(served, f"batch_{resource}", OF_CLIENTS)
    assert not replays_anothers_batch(resource)
    row_security(served, "disable", "sync_clients")
    assert replays_anothers_batch(resource)


def test_each_filter_is_a_wall_of_its_own(served: str, resource: Resource, store: Store) -> None:
    """With the policy off, a statement or a function without its filter lets through what it serves, and no more."""
    pieces = pieces_of(store, served)
    assert {f"patch_{store.singular}_locked", f"delete_{store.singular}_locked"} < pieces.keys()
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
