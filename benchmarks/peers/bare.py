"""GET /api/tasks with the libraries that it cannot do without and no framework: what Python and this layer allow.

PyJWT, psycopg and json, one connection that is kept, one statement, unprepared. It checks signature and expiry, serves
no other path, and leaves its errors to Lambda.
"""

import json
import os
from typing import Any

import jwt
import psycopg
from psycopg.rows import dict_row

_TASKS = (
    "select id, user_id, title, description, completed, completed_at, created_at, updated_at, version "
    "from tasks where user_id = %s order by id desc limit %s"
)

_connection = psycopg.connect(
    os.environ["BARE_DATABASE_URL"], autocommit=True, prepare_threshold=None, row_factory=dict_row
)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    token = event["headers"].get("authorization", "").removeprefix("Bearer ")
    try:
        user = jwt.decode(token, os.environ["AUTH_SECRET"], algorithms=["HS256"])["sub"]
    except jwt.InvalidTokenError:
        return _answer(401, {"error": "unauthorized"})
    limit = int(event.get("queryStringParameters", {}).get("limit", 50))
    return _answer(200, {"data": _connection.execute(_TASKS, (user, limit)).fetchall()})


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body, default=str)}
