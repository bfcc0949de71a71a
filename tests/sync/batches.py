"""A batch's answer, operation by operation, against what the batch has truly changed."""

from typing import Any

from tests.resources import says
from tests.sync.journal import Entry


def check_batch(
    batch: dict[str, Any], answer: Any, versions: dict[str, int], changed: list[Entry], row_quota: int
) -> None:
    """`versions` are those before it, and change with it; `changed` is what it did, in order."""
    if batch.get("atomic") and any(result["status"] != "done" for result in answer["data"]):
        assert not changed, f"half of an atomic batch was done: {changed}"
        assert sum(result["status"] != "rolled_back" for result in answer["data"]) == 1, answer
        return
    left, stale = list(changed), set()
    for operation, result in zip(batch["operations"], answer["data"], strict=True):
        told = f"{operation} of {batch['client_id']} {batch['seq']} was answered {result}; done: {changed}"
        item_id, standing = operation["id"], versions.get(operation["id"])
        if result["revision"] is not None:
            assert left, f"lost: {told}"
            entry = left.pop(0)
            assert (entry.id, entry.revision) == (item_id, result["revision"]), f"lost: {told}"
            assert operation.get("version", standing) == standing, f"overwritten: {told}"
            _change(versions, operation, result, entry, told)
            continue
        match result["status"]:
            case "stale":
                stale.add(item_id)
                assert standing is not None, told
                assert standing == result["version"] != operation["version"], f"false conflict: {told}"
            case "done":
                assert (standing is None) is (operation["op"] == "delete"), told
            case "conflict":
                assert standing is not None, told
            case "deleted" | "not_found":
                assert standing is None, f"not lost: {told}"
            case "quota":
                assert len(versions) >= row_quota, f"no quota: {told}"
            case _:
                raise AssertionError(told)
    assert not left, f"done and not told: {left}"
    assert {item["id"] for item in answer["current"]} == stale & versions.keys(), answer


def _change(versions: dict[str, int], operation: dict[str, Any], result: Any, entry: Entry, told: str) -> None:
    assert result["status"] == "done", told
    if operation["op"] == "delete":
        assert entry.what == "buried", told
        del versions[operation["id"]]
        return
    assert entry.version == result["version"], told
    sent = operation.get("patch") or {name: operation[name] for name in operation.keys() - {"op", "id", "version"}}
    assert says(entry.content, sent), f"lost: {told}"
    versions[operation["id"]] = entry.version
