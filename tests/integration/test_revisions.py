"""One row of numbers for all that a user writes, whatever it is written to."""

import psycopg

from local.samples import sample
from tests.api import Api
from tests.resources import RESOURCES, Client


def test_revisions_run_over_all_resources_of_a_user_and_over_nobody_elses(
    served: str, superuser: psycopg.Connection
) -> None:
    alice = [Client(resource, Api("alice")) for resource in RESOURCES]
    bob = [Client(resource, Api("bob")) for resource in RESOURCES]
    wanted: dict[str, list[tuple[str, int]]] = {"rows": [], "tombstones": []}
    revision = 0
    for client, other in zip(alice * 2, bob * 2, strict=True):
        resource = client.resource
        kept, gone = client.created(0)["id"], client.created(1)["id"]
        other.created()
        client.update(kept, sample(resource.update_body, 1))
        client.update(kept, sample(resource.update_body, 1))
        assert client.delete(gone).status == 204
        revision += 4
        wanted["rows"].append((kept, revision - 1))
        wanted["tombstones"].append((gone, revision))

    tables = " union all ".join(f"select id, revision, user_id from {resource}" for resource in RESOURCES)
    rows = superuser.execute(f"select id::text, revision from ({tables}) r where user_id = 'alice'".encode())
    assert sorted(rows) == sorted(wanted["rows"])
    tombstones = superuser.execute("select id::text, revision from deletions where user_id = 'alice'")
    assert sorted(tombstones) == sorted(wanted["tombstones"])
    users = superuser.execute("select id, revision from users order by id").fetchall()
    assert users == [("alice", revision), ("bob", 2 * len(RESOURCES))]
    counts = superuser.execute(
        f"select {', '.join(map(str, RESOURCES))} from users where id = 'alice'".encode()
    ).fetchone()
    assert counts == (2,) * len(RESOURCES)
