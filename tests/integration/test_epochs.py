"""After a restore: the statements of docs/operations.md give each account a new epoch, and leave its wall as it was."""

import psycopg

from local import ROOT
from tests.api import Api
from tests.unit.markdown import blocks_of

OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_cursor_of_before_is_expired(served: str, superuser: psycopg.Connection, alice: Api, bob: Api) -> None:
    cursors: list[tuple[Api, str]] = []
    for api in (alice, bob):
        api.created()
        cursors.append((api, api.call("list_task_changes", "GET", "/tasks/changes").json["meta"]["cursor"]))
    (statements,) = [block for block in blocks_of("sql", OPERATIONS) if "epoch" in block]

    with psycopg.connect(served, autocommit=True) as owner:
        owner.execute(statements.encode())

    for api, cursor in cursors:
        answer = api.call("list_task_changes", "GET", "/tasks/changes", query={"after": cursor})
        assert (answer.status, answer.code) == (410, "CURSOR_EXPIRED")
        assert len(api.call("list_task_changes", "GET", "/tasks/changes").data) == 1
    walls = "select relrowsecurity, relforcerowsecurity from pg_class where relname = 'users'"
    assert superuser.execute(walls.encode()).fetchone() == (True, True)
