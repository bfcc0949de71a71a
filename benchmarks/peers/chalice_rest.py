"""GET and POST /api/tasks with Chalice and psycopg, as their documents put it together: behind a REST API.

A function for the token, since Chalice's own authorizers are functions, or services, beside this one; one connection
that is kept.
"""

import json
import os
from typing import Any

import jwt
import psycopg
from chalice import Chalice, Response, UnauthorizedError
from psycopg.rows import dict_row

app = Chalice(app_name="tasks")
connection = psycopg.connect(os.environ["PEER_DATABASE_URL"], autocommit=True, row_factory=dict_row)

LIST = (
    "select id, user_id, title, description, completed, completed_at, created_at, updated_at "
    "from tasks where user_id = %s order by id desc limit %s"
)
CREATE = (
    "insert into tasks (user_id, title, description) values (%s, %s, %s) "
    "returning id, user_id, title, description, completed, completed_at, created_at, updated_at"
)


def current_user() -> str:
    token = app.current_request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        return str(jwt.decode(token, os.environ["AUTH_SECRET"], algorithms=["HS256"])["sub"])
    except jwt.InvalidTokenError as error:
        raise UnauthorizedError("Could not validate credentials") from error


@app.route("/api/tasks", methods=["GET"])
def list_tasks() -> Any:
    limit = int((app.current_request.query_params or {}).get("limit", 50))
    return answer(200, connection.execute(LIST, (current_user(), limit)).fetchall())


@app.route("/api/tasks", methods=["POST"])
def create_task() -> Any:
    body = app.current_request.json_body
    parameters = (current_user(), body["title"], body.get("description"))
    return answer(201, connection.execute(CREATE, parameters).fetchone())


def answer(status: int, data: Any) -> Any:
    """As text, since Chalice's JSON knows neither times nor UUIDs."""
    headers = {"Content-Type": "application/json"}
    return Response(json.dumps({"data": data}, default=str), status_code=status, headers=headers)


handler = app
