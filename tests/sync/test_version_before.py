"""A rolling deployment: the version before serves on while the new schema is there, beside this one, on the same rows.

Its SQL is frozen in version_before.json; what it has to do with it is what it did.
"""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from shared import purge
from shared.core.database.quotas import Quotas
from shared.core.deadline import Deadline
from tests.api import Answer
from tests.resources import NOBODYS, RESOURCES, says
from tests.sync.before import Before, served_before, version_before
from tests.sync.requests import Request, Serve, serve
from tests.sync.vocabulary import Vocabulary
from tests.sync.world import World

COLLECTIONS = [resource for resource in RESOURCES if resource.name in served_before()]
# What its statements take, beside what `Before` gives them.
PARAMETERS: dict[str, Any] = {
    "id": NOBODYS,
    "count": True,
    "rows": 2,
    **dict.fromkeys(("expected", "cursor", "key", "request_hash", "email", "name")),
}


@pytest.fixture(params=["before", "now"])
def versions(request: pytest.FixtureRequest, world: World) -> tuple[Serve, Serve]:
    """Who writes and who comes after."""
    both = (world.before.serve, serve)
    return both if request.param == "before" else both[::-1]


@pytest.fixture(params=COLLECTIONS, ids=str)
def words(request: pytest.FixtureRequest) -> Vocabulary:
    return Vocabulary(request.param)


@pytest.fixture
def user(world: World) -> str:
    (user,) = world.new_users(1)
    return user


Asked = Callable[..., Answer]


@pytest.fixture
def ask(words: Vocabulary, user: str) -> Asked:
    def asked(serve: Serve, method: str, item_id: str = "", body: Any = None, **headers: str) -> Answer:
        path = f"/api/{words.collection}" + (f"/{item_id}" if item_id else "")
        answer = serve(
            Request(user, method, path, {}, body, {name.replace("_", "-"): headers[name] for name in headers})
        )
        assert answer.status < 500, answer.text
        return answer

    return asked


def test_all_its_statements_still_run(world: World, user: str, words: Vocabulary) -> None:
    """Whatever it may send, with the columns that it reads."""
    filters = {f"only_{name}": None for name in words.filters}
    bodies = {"body": psycopg.types.json.Jsonb(words.new(1)), "patch": psycopg.types.json.Jsonb(words.whole(2))}
    purging = Before(lambda: world.purging.get(Deadline.after(9)), Quotas)
    for name, statement in version_before()["statements"].items():
        if name.startswith("days."):
            purging.run(name, "", {}, role=purge.ROLE)
            continue
        rows = world.before.run(name, user, {**PARAMETERS, **filters, **bodies}, limit=300)
        columns = {
            part.split(".")[-1] for part in statement["sql"].split(" FROM ")[0].removeprefix("SELECT ").split(", ")
        }
        if rows and statement["read_only"]:
            assert rows[0].keys() == columns, name


def test_what_either_writes_the_other_reads_changes_and_deletes(
    versions: tuple[Serve, Serve], ask: Asked, words: Vocabulary
) -> None:
    first, second = versions

    made = ask(first, "POST", body=words.new(1)).data
    assert says(ask(second, "GET", made["id"]).data, words.new(1))
    changed = ask(second, "PUT", made["id"], words.whole(2)).data
    assert changed["version"] == 2
    assert says(ask(first, "GET", made["id"]).data, words.whole(2))
    assert ask(first, "DELETE", made["id"]).status == 204
    assert ask(second, "GET", made["id"]).status == 404


def test_either_hears_the_condition_on_what_the_other_wrote(
    versions: tuple[Serve, Serve], ask: Asked, words: Vocabulary
) -> None:
    first, second = versions
    made = ask(first, "POST", body=words.new(1)).data
    ask(second, "PUT", made["id"], words.whole(2))

    assert ask(first, "PUT", made["id"], words.whole(3), if_match='"1"').status == 412
    assert ask(first, "PUT", made["id"], words.whole(3), if_match='"2"').data["version"] == 3


def test_a_key_is_the_same_key_to_both(versions: tuple[Serve, Serve], ask: Asked, words: Vocabulary) -> None:
    first, second = versions
    made = ask(first, "POST", body=words.new(1), idempotency_key="k").data

    again = ask(second, "POST", body=words.new(1), idempotency_key="k")

    assert (again.status, again.data["id"], again.headers["idempotency-replayed"]) == (201, made["id"], "true")
    assert ask(second, "POST", body=words.new(2), idempotency_key="k").status == 422


def test_what_the_one_before_does_is_in_the_feed_and_can_be_restored(
    world: World, ask: Asked, user: str, words: Vocabulary
) -> None:
    before = world.before.serve
    kept, gone = (ask(before, "POST", body=words.new(number)).data["id"] for number in (1, 2))
    cursor = ask(serve, "GET", "changes").json["meta"]["cursor"]
    ask(before, "PUT", kept, words.whole(3))
    ask(before, "DELETE", gone)

    feed = serve(Request(user, "GET", f"/api/{words.collection}/changes", {"after": cursor})).data

    assert [(change["id"], change["deleted"]) for change in feed] == [(kept, False), (gone, True)]
    assert ask(serve, "POST", f"{gone}/restore").data["version"] == 2


def test_a_schema_that_it_cannot_work_on_is_seen(world: World, user: str, words: Vocabulary) -> None:
    create = Request(user, "POST", f"/api/{words.collection}", body=words.new(1))
    before = Before(lambda: world.superuser, Quotas)
    with world.superuser.transaction(force_rollback=True):
        world.superuser.execute(f"alter function create_{words.singular} rename to make_{words.singular}".encode())

        assert "does not exist" in before.serve(create).code
