"""The deployment before this one, which serves on while the new schema is there: its SQL, frozen (freeze.py)."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from shared.core.database.quotas import Quotas
from shared.core.http.idempotency import request_hash
from tests.api import Answer
from tests.sync.requests import Request

_FILE = Path(__file__).with_name("version_before.json")
_REFUSALS = {
    "not_found": (404, "NOT_FOUND"),
    "stale": (412, "PRECONDITION_FAILED"),
    "other_body": (422, "VALIDATION_ERROR"),
    "row_quota": (409, "QUOTA_EXCEEDED"),
    "key_quota": (409, "QUOTA_EXCEEDED"),
}


@cache
def version_before() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text())
    return found


def served_before() -> set[str]:
    """The collections that there were."""
    return {name.partition(".")[0] for name in version_before()["statements"] if name.endswith(".create")}


class Before:
    """Serves requests as it did: the same routes, as far as it had them."""

    def __init__(self, connect: Callable[[], psycopg.Connection[dict[str, Any]]], quotas: Callable[[], Quotas]) -> None:
        """`connect` gives a connection of its own that lives."""
        self._connect, self._quotas = connect, quotas

    def serve(self, request: Request) -> Answer:
        collection, _, rest = request.path.removeprefix("/api/").partition("/")
        statement, parameters = self._call(request, collection.upper(), rest)
        try:
            (row, *others) = self.run(f"{collection}.{statement}", request.user, parameters) or [
                {"outcome": "not_found"}
            ]
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            return _refusal(503, "SERVICE_UNAVAILABLE")
        except psycopg.OperationalError:
            return _refusal(503, "OUTCOME_UNKNOWN")
        except psycopg.Error as error:
            return _refusal(500, str(error))
        if "outcome" not in row:
            data = [one for one in (row, *others) if one["id"]] if request.item_id is None else row
            return _answer(200, {"data": data})
        if row["outcome"] in _REFUSALS:
            return _refusal(*_REFUSALS[row["outcome"]])
        replayed = {"idempotency-replayed": "true"} if row["outcome"] == "repeated" else {}
        status = {"POST": 201, "DELETE": 204}.get(request.method, 200)
        return _answer(status, {"data": row["item"]}, replayed)

    def _call(self, request: Request, statements: str, rest: str) -> tuple[str, dict[str, Any]]:
        """The statement behind the route, and its parameters."""
        expected = None if request.expected is None else [request.expected]
        item = {"id": request.item_id, "expected": expected}
        if rest.endswith("/complete") and request.body is None:
            return f"TOGGLE_{statements.removesuffix('S')}", item
        match request.method, rest:
            case "POST", "":
                return f"{statements}.create", self._create(request, statements)
            case "GET", "":
                return f"{statements}.list", {"cursor": None, "count": False, "only_completed": None, "rows": 101}
            case "GET", _:
                return f"{statements}.get", item
            case "DELETE", _:
                return f"{statements}.delete", item
            case _:
                return f"{statements}.patch", item | {"patch": json.dumps(request.body)}

    def _create(self, request: Request, statements: str) -> dict[str, Any]:
        key = request.headers.get("idempotency-key")
        hashed = None if key is None else request_hash(statements.lower(), request.body)
        body = json.dumps(request.body)
        return {"body": body, "key": key, "request_hash": hashed, "email": None, "name": None}

    def run(
        self, name: str, user: str, parameters: dict[str, Any], *, role: str = "tasks_api", limit: int = 0
    ) -> list[dict[str, Any]]:
        """One batch: the settings, the count where there is a limit, the statement, in one implicit transaction."""
        version, connection = version_before(), self._connect()
        statement = version["statements"][name]
        settings = {
            "role": role,
            "user_id": user,
            "timeout": 9000,
            "read_only": str(statement["read_only"] and not limit),
        }
        with connection.pipeline():
            connection.execute(version["batch"]["settings"], settings)
            if limit:
                connection.execute(version["batch"]["count"], {"limit": limit})
            cursor = connection.execute(statement["sql"], {**parameters, **self._quotas()._asdict(), "user_id": user})
        return cursor.fetchall()


def _answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, headers or {}, json.dumps(body, default=str))


def _refusal(status: int, code: str) -> Answer:
    return _answer(status, {"error": {"code": code}})
