"""The tasks' API with the libraries that it cannot do without and no framework: what Python and this layer allow.

PyJWT, psycopg and json, one connection that is kept, one statement, unprepared. It lists, gets, creates and patches,
checks signature and expiry, and leaves all else undone: its errors are Lambda's.
"""

import json
import os
from typing import Any

import jwt
import psycopg
from psycopg.rows import dict_row

_COLUMNS = "id, user_id, title, description, completed, completed_at, created_at, updated_at, version"
_LIST = f"select {_COLUMNS} from tasks where user_id = %s order by id desc limit %s"
_GET = f"select {_COLUMNS} from tasks where user_id = %s and id = %s"
_CREATE = f"insert into tasks (user_id, title, description) values (%s, %s, %s) returning {_COLUMNS}"
_PATCH = (
    "update tasks set title = coalesce(%s, title), version = version + 1, updated_at = now() "
    f"where user_id = %s and id = %s returning {_COLUMNS}"
)

_connection = psycopg.connect(
    os.environ["PEER_DATABASE_URL"], autocommit=True, prepare_threshold=None, row_factory=dict_row
)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    token = event["headers"].get("authorization", "").removeprefix("Bearer ")
    try:
        user = jwt.decode(token, os.environ["AUTH_SECRET"], algorithms=["HS256"])["sub"]
    except jwt.InvalidTokenError:
        return _answer(401, {"error": "unauthorized"})
    return _serve(event, user)


def _serve(event: dict[str, Any], user: str) -> dict[str, Any]:
    method, task_id = event["requestContext"]["http"]["method"], event["rawPath"].removeprefix("/api/tasks").strip("/")
    body = json.loads(event.get("body") or "{}")
    if method == "POST":
        return _answer(201, {"data": _one(_CREATE, user, body["title"], body.get("description"))})
    if method == "PATCH":
        return _answer(200, {"data": _one(_PATCH, body.get("title"), user, task_id)})
    if task_id:
        return _answer(200, {"data": _one(_GET, user, task_id)})
    limit = int(event.get("queryStringParameters", {}).get("limit", 50))
    return _answer(200, {"data": _connection.execute(_LIST, (user, limit)).fetchall()})


def _one(statement: str, *parameters: Any) -> dict[str, Any] | None:
    return _connection.execute(statement.encode(), parameters).fetchone()


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body, default=str)}
