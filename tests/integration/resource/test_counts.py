"""Versions, revisions, tombstones and live counts: exact after any write, by however many at once."""

from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest

from local.resources import Store
from local.samples import sample
from shared.core.database.connection import ConnectionSource
from tests.catalogue.models import rules
from tests.resources import Client, Resource
from tests.stores import at_once, store_for


class Kept:
    """What the database keeps of alice."""

    def __init__(self, superuser: psycopg.Connection, store: Store) -> None:
        self._connection = superuser
        self._store = store

    def one(self, query: str) -> int:
        ((value,),) = self._connection.execute(query.encode()).fetchall()
        return int(value)

    def of_user(self, column: str) -> int:
        return self.one(f"select coalesce(max({column}), 0) from users where id = 'alice'")

    @property
    def revision(self) -> int:
        return self.of_user("revision")

    def of_row(self, item_id: str, column: str) -> int:
        return self.one(f"select {column} from {self._store.name} where user_id = 'alice' and id = '{item_id}'")

    def tombstone(self, item_id: str) -> int:
        return self.one(
            f"select revision from deletions where (user_id, collection, id) ="
            f" ('alice', '{self._store.name}', '{item_id}')"
        )

    def wrong_counts(self) -> list[str]:
        counts = {self._store.name: "true", **{name: column for column, name in rules(self._store).counted.items()}}
        rows = f"select count(*) from {self._store.name} where user_id = 'alice' and "
        return [name for name, which in counts.items() if self.of_user(name) != self.one(f"{rows} {which}")]


@pytest.fixture
def kept(superuser: psycopg.Connection, store: Store) -> Kept:
    return Kept(superuser, store)


def test_each_effective_write_is_one_version_and_one_revision(alice: Client, resource: Resource, kept: Kept) -> None:
    bodies = [sample(resource.update_body, number) for number in (1, 2)]
    for number, action in enumerate(resource.changes):
        item = alice.created(0)["id"]
        before = kept.revision
        assert (kept.of_row(item, "version"), kept.of_row(item, "revision")) == (1, before)
        for step, body in enumerate(bodies, 1):
            assert alice.update(item, body).headers["etag"] == f'"{step + 1}"'
            assert (kept.of_row(item, "version"), kept.of_row(item, "revision")) == (step + 1, before + step)
        if action.method == "DELETE":
            assert alice.do(action, item).status == 204
            assert kept.tombstone(item) == before + 3
        else:
            changed = alice.do(action, item, headers={"if-match": '"3"'})
            effective = changed.headers["etag"] == '"4"'
            assert kept.of_row(item, "revision") == before + 2 + effective
        assert kept.revision == before + 3 - (action.method != "DELETE" and not effective)
        assert kept.wrong_counts() == [], number


def test_what_changes_nothing_is_no_version_and_no_revision(alice: Client, resource: Resource, kept: Kept) -> None:
    body = sample(resource.update_body, 1)
    item = alice.created()["id"]
    alice.update(item, body)
    before = kept.revision

    alice.update(item, body)
    alice.update(item, body, headers={"if-match": '"2"'})
    for action in resource.changes:
        assert alice.do(action, item, headers={"if-match": '"9"'}).status == 412
    assert alice.update(item, "{", headers={"if-match": '"2"'}).status == 400
    alice.page(count=True)
    alice.get(item)

    assert (kept.revision, kept.of_row(item, "version")) == (before, 2)


def test_a_replay_is_no_revision(alice: Client, resource: Resource, kept: Kept) -> None:
    for _ in range(3):
        alice.create(sample(resource.create_body), headers={"idempotency-key": "k"})

    assert (kept.revision, kept.of_user(resource.name)) == (1, 1)


def test_what_was_deleted_already_leaves_one_tombstone(alice: Client, kept: Kept) -> None:
    item = alice.created()["id"]

    assert [alice.delete(item).status for _ in range(3)] == [204, 404, 404]
    assert (kept.tombstone(item), kept.revision) == (2, 2)


def test_eight_who_write_at_once_leave_exact_counts_and_no_revision_out(
    functions_url: str, alice: Client, resource: Resource, kept: Kept, superuser: psycopg.Connection
) -> None:
    shared_items = [UUID(alice.created(number)["id"]) for number in range(16)]
    writes: list[int] = []

    def work(worker: int) -> Callable[[ConnectionSource], None]:
        def run(source: ConnectionSource) -> None:
            store, done = store_for(resource.store, "alice", source), 0
            for number in range(6):
                body = resource.create_body.model_validate(sample(resource.create_body, number))
                made = store.create(body).data.id
                change = resource.update_body.model_validate(sample(resource.update_body, number + 1))
                version = store.update(made, change).data.version
                done += version
                if (worker + number) % 2:
                    store.delete(made)
                    done += 1
            # Each of these is deleted by one worker, and changed by its neighbours.
            for item in shared_items[2 * worker : 2 * worker + 2]:
                store.delete(item)
                done += 1
            writes.append(done)

        return run

    at_once(functions_url, *(work(worker) for worker in range(8)))

    assert kept.wrong_counts() == []
    assert alice.total() == len(alice.everything()) == 8 * 3
    assert kept.revision == len(shared_items) + sum(writes)
    used = superuser.execute(
        f"select revision from {resource} where user_id = 'alice'"
        " union all select revision from deletions where user_id = 'alice'".encode()
    ).fetchall()
    assert len(used) == len(set(used)) == 8 * 6 + len(shared_items)
