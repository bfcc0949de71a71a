"""Branches of a Neon project, each with a compute of its own, found by name."""

from collections.abc import Iterator
from typing import NamedTuple

from local.neon.api import NeonApi, NeonError

_PAGE = "100"


class Branch(NamedTuple):
    id: str
    name: str


def branches(api: NeonApi, beginning: str) -> Iterator[Branch]:
    """Those whose names begin so; never the project's default branch."""
    cursor: dict[str, str] = {}
    while True:
        page = api.get("/branches", search=beginning, limit=_PAGE, sort_by="name", sort_order="asc", **cursor)
        for branch in page["branches"]:
            if branch["name"].startswith(beginning) and not branch.get("default"):
                yield Branch(branch["id"], branch["name"])
        following = (page.get("pagination") or {}).get("next")
        if not page["branches"] or not following or following == cursor.get("cursor"):
            return
        cursor = {"cursor": following}


def find_branch(api: NeonApi, name: str) -> Branch | None:
    return next((branch for branch in branches(api, name) if branch.name == name), None)


def make_branch(api: NeonApi, name: str) -> Branch:
    """A copy of the project's default branch, ready to be connected to."""
    asked = {"branch": {"name": name}, "endpoints": [{"type": "read_write"}]}
    made = api.change("POST", "/branches", asked)
    if made is None:
        raise NeonError("Neon has no project of that NEON_PROJECT_ID")
    return Branch(made["branch"]["id"], name)


def delete_branch(api: NeonApi, branch: Branch) -> None:
    """With its compute; one that is gone already is as good as deleted."""
    api.change("DELETE", f"/branches/{branch.id}")


def owner_url(api: NeonApi, branch: Branch) -> str:
    """As the owner of the branch's one database, through the pooler.

    Raises:
        NeonError: there is more than one, or none.
    """
    found = api.get(f"/branches/{branch.id}/databases")["databases"]
    if len(found) != 1:
        raise NeonError(f"the project must have one database, and has {len(found)}")
    query = {"branch_id": branch.id, "database_name": found[0]["name"], "role_name": found[0]["owner_name"]}
    return str(api.get("/connection_uri", **query, pooled="true")["uri"])
