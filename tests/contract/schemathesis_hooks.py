"""What Schemathesis, in its own process, has to know of this API beside the document."""

import base64
import json
import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import schemathesis

from shared.core.http.cursor import ListCursor
from shared.core.resource.changes import FeedCursor
from shared.core.resource.export import ExportCursor
from shared.core.resource.schemas import NEWEST_FIRST
from shared.tables.export import EXPORT

# Of HTTP itself, of the gateway and of uvicorn.
_OF_THE_SERVER = frozenset({"apigw-requestid", "connection", "content-length", "content-type", "date"})
_ANSWERS = Path(os.environ["ANSWERS"])
_ACCOUNT = "/api/me"
_OK, _NO_CONTENT, _NOT_FOUND = 200, 204, 404
_numbers = count()
# The parameters of paths of what has gone.
_deleted: list[dict[str, Any]] = []
# As many requests follow one another, at most (schemathesis.toml).
_LATELY = 6
_WIDTH = 6


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """What no schema can say is made so: what is written once is written anew, and cursors are some that are answered.

    Half of the conditions are true of whatever is there: else nearly all answers would be 412. So are half of the
    numbers of batches: else nearly all would be 410. What is restored was deleted, where something was.
    """
    if isinstance(case.body, dict):
        case.body = _whole(case.body)
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    number, headers = next(_numbers), case.headers or {}
    if case.operation.path == _ACCOUNT and case.method == "DELETE":
        # Bob's, or nothing would be left of what is restored later.
        headers.update(_headers_of("bob"))
    if isinstance(key := headers.get("Idempotency-Key"), str):
        headers["Idempotency-Key"] = f"{number:0{_WIDTH}}{key[_WIDTH:]}"
    if "If-Match" in headers and number % 2:
        headers["If-Match"] = "*"
    if isinstance(case.body, dict):
        case.body |= _anew(case.body, number)
    if case.method == "DELETE" and not case.query:
        case.query = _one_filter(case.operation)
    if isinstance(case.query, dict):
        case.query |= _answered(case.query, case.operation.path)
    # Where requests follow one another, what has gone lately is of those before: to see it again would be a fault.
    follows = case.meta.phase.name == "stateful"
    before = _deleted[:-_LATELY] if follows else _deleted
    gone = [deleted for deleted in before if deleted.keys() <= (case.path_parameters or {}).keys()]
    if case.operation.path.endswith("/restore") and gone:
        case.path_parameters |= gone[0 if follows else -1]


def _headers_of(user: str) -> dict[str, str]:
    users = json.loads(Path(os.environ["USERS"]).read_text())["auth"]
    return {header["name"]: header["value"] for one in users if one["name"] == user for header in one["fixedHeaders"]}


def _one_filter(operation: Any) -> dict[str, Any]:
    """A deletion of many has one of its filters at least."""
    return {parameter.name: parameter.definition["example"] for parameter in list(operation.query)[:1]}


def _whole(value: Any) -> Any:
    """To a schema 1.0 is an integer."""
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _anew(body: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The id of a new item, and a client with its batches: used with another body they are refused."""
    own = {name: f"{number:08}{body[name][8:]}" for name in ("id", "client_id") if isinstance(body.get(name), str)}
    return own | ({"seq": 1} if "seq" in body and number % 2 else {})


def _answered(query: Mapping[str, Any], path: str) -> dict[str, Any]:
    """A page's cursor is bound to the order that is asked for; a feed's has a checksum, and knows its collection; an
    export's has one too, and knows its caller."""
    found = {}
    if "cursor" in query and path.endswith("/export"):
        found["cursor"] = EXPORT.encoded(ExportCursor(key=()), "alice")
    elif isinstance(cursor := query.get("cursor"), str):
        order = query.get("sort", NEWEST_FIRST)
        last = UUID(bytes=base64.urlsafe_b64decode(f"{cursor[:22]}==")[:16])
        key = {"created": None, "updated": len(cursor)}.get(order.lstrip("-"), cursor)
        found["cursor"] = ListCursor(last, key).encoded(order)
    if "after" in query:
        found["after"] = FeedCursor().encoded(path.split("/")[-2])
    return found


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """For restorations; and for the test, which looks whether each operation was reached."""
    item = {name: value for name, value in (case.path_parameters or {}).items() if name != "user_id"}
    # What is not found is another user's, who may have deleted it as well.
    if case.operation.path.endswith("/restore") and response.status_code in (_OK, _NOT_FOUND) and item in _deleted:
        _deleted.remove(item)
    elif response.status_code == _NO_CONTENT and item:
        _deleted.append(item)
    with _ANSWERS.open("a") as file:
        file.write(f"{case.operation.definition.raw['operationId']} {response.status_code}\n")


@schemathesis.check
def no_undeclared_header(ctx: Any, response: Any, case: Any) -> None:
    """Schemathesis' own check sees to those that are declared."""
    declared = case.operation.responses.find_by_status_code(response.status_code)
    if declared is not None:
        names = {name.lower() for name, _ in declared.headers.items()}
        undeclared = {name.lower() for name in response.headers} - names - _OF_THE_SERVER
        assert not undeclared, f"undeclared headers: {undeclared}"
