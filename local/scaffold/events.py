"""The events of a resource, with what each must be answered, and the rows that they are replayed against."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import jwt

from local.scaffold.resource import Resource
from shared.core.auth.settings import DEVELOPMENT_SECRET

_ISSUED, _EXPIRES = 1767225600, 4102444800
_HOST = "abcdef1234.execute-api.eu-central-1.amazonaws.com"
_ANY = {"cache-control": "no-store", "x-content-type-options": "nosniff", "x-request-id": "<any>"}
_COUNTED = {"ratelimit-policy": '"default";q=300;w=60', "ratelimit": "<any>"}
_CREATED_AT = "2026-01-0{}T09:00:00Z"
_STALE = '"7"'
_MESSAGES = {
    403: ("FORBIDDEN", "The path names another user."),
    404: ("NOT_FOUND", "Not found."),
    412: ("PRECONDITION_FAILED", "The {} was changed since the version named in If-Match."),
}


@dataclass(frozen=True, slots=True)
class Request:
    """`item` is the id in the path; `family` whose rows the path names, where it names a user."""

    name: str
    method: str
    status: int
    item: str | None = None
    family: str | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def files(resource: Resource) -> dict[str, str]:
    """Events, expectations and seed, by path."""
    written = {f"events/seed/1_{resource.names.plural}.sql": _seed(resource)}
    for request in _requests(resource):
        written[f"events/{request.name}.json"] = _json(_event(resource, request))
        written[f"events/expected/{request.name}.json"] = _json(_expected(resource, request))
    return written


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def seeded_id(resource: Resource, number: int) -> str:
    """Of the rows 1 and 2, which are alice's, and 3, which is bob's: a UUIDv7 that no other resource has."""
    digest = hashlib.sha256(f"{resource.names.plural} {number}".encode()).digest()
    milliseconds = (1767225600 + (number - 1) * 86400) * 1000
    value = milliseconds << 80 | 7 << 76 | 2 << 62 | int.from_bytes(digest[:6])
    return str(UUID(int=value))


def _requests(resource: Resource) -> list[Request]:
    functions = resource.names.functions
    mine, of_bob = seeded_id(resource, 1), seeded_id(resource, 3)
    new, changed = resource.body(3), resource.body(4)
    requests = []
    for verb, method, status, item, body in (
        ("list", "GET", 200, None, None),
        ("create", "POST", 201, None, new),
        ("get", "GET", 200, mine, None),
        ("update", "PUT", 200, mine, changed),
        ("delete", "DELETE", 204, mine, None),
    ):
        name = functions[verb]
        requests.append(Request(name, method, status, item, body=body))
        requests.append(Request(f"{name}_by_user", method, status, item, "alice", body))
        requests.append(Request(f"{name}_forbidden_user", method, 403, item, "bob", body))
        if item:
            requests.append(Request(f"{name}_of_another", method, 404, of_bob, body=body))
        if verb in ("update", "delete"):
            requests.append(Request(f"{name}_stale", method, 412, item, body=body, headers={"if-match": _STALE}))
    return requests


def _event(resource: Resource, request: Request) -> dict[str, Any]:
    names = resource.names
    pattern = "/api/{user_id}" if request.family else "/api"
    pattern += f"/{names.plural}" + (f"/{{{names.singular}_id}}" if request.item else "")
    parameters = {"user_id": request.family, f"{names.singular}_id": request.item}
    path = pattern.format(**parameters)
    text = None if request.body is None else json.dumps(request.body, separators=(",", ":"))
    digest = hashlib.sha256(request.name.encode()).digest()
    headers = {
        "accept": "application/json",
        "authorization": f"Bearer {_token('alice')}",
        **({} if text is None else {"content-length": str(len(text.encode())), "content-type": "application/json"}),
        "host": _HOST,
        **request.headers,
        "user-agent": "curl/8.14.1",
        "x-amzn-trace-id": f"Root=1-6955b900-{digest.hex()[:24]}",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    http = {"method": request.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7"}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{request.method} {pattern}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "domainName": _HOST,
            "domainPrefix": "abcdef1234",
            "http": {**http, "userAgent": "curl/8.14.1"},
            # Of the shape that API Gateway gives them.
            "requestId": base64.b64encode(digest[16:27]).decode(),
            "routeKey": f"{request.method} {pattern}",
            "stage": "$default",
            "time": "01/Jan/2026:12:00:00 +0000",
            "timeEpoch": 1767268800000,
        },
    }
    given = {name: value for name, value in parameters.items() if value is not None}
    event |= {"pathParameters": given} if given else {}
    event |= {} if text is None else {"body": text}
    return event | {"isBase64Encoded": False}


def _token(user: str) -> str:
    claims = {"sub": user, "email": f"{user}@example.com", "name": user.title(), "iat": _ISSUED, "exp": _EXPIRES}
    return jwt.encode(claims, DEVELOPMENT_SECRET, algorithm="HS256")


def _expected(resource: Resource, request: Request) -> dict[str, Any]:
    """Whatever reached the database says what is left to the caller."""
    forbidden = 403
    counted = {} if request.status == forbidden else _COUNTED
    if request.status in _MESSAGES:
        code, message = _MESSAGES[request.status]
        error = {"code": code, "message": message.format(resource.names.one), "details": []}
        body: Any = {"error": {**error, "request_id": "<request_id>"}}
        return {
            "status": request.status,
            "headers": {"content-type": "application/json", **_ANY, **counted},
            "body": body,
        }
    body, own = _success(resource, request)
    typed = {} if body is None else {"content-type": "application/json"}
    return {"status": request.status, "headers": {**typed, **_ANY, **own, **counted}, "body": body}


def _success(resource: Resource, request: Request) -> tuple[Any, dict[str, str]]:
    """The body, and the headers of this answer alone."""
    if request.method == "DELETE":
        return None, {}
    if request.method == "POST":
        made = _row("<uuid>", "<time>", "<time>", request.body)
        return {"data": made}, {"location": f"/api/{resource.names.plural}/<uuid>", "etag": '"1"'}
    if request.method == "PUT":
        changed = _row(request.item, _CREATED_AT.format(1), "<time>", request.body)
        return {"data": changed}, {"etag": '"2"'}
    seeded = [_seeded(resource, number) for number in (1, 2)]
    if request.item:
        return {"data": seeded[0]}, {"etag": '"1"'}
    return {"data": seeded[::-1], "meta": {"limit": 50, "next_cursor": None}}, {}


def _row(item: str | None, created_at: str, updated_at: str, body: Any) -> dict[str, Any]:
    return {"id": item, "user_id": "alice", "created_at": created_at, "updated_at": updated_at, **body}


def _seeded(resource: Resource, number: int) -> dict[str, Any]:
    at = _CREATED_AT.format(number)
    return _row(seeded_id(resource, number), at, at, resource.body(number))


def _seed(resource: Resource) -> str:
    names = resource.names
    columns = ", ".join(["id", "user_id", "revision", "created_at", "updated_at", *(f.name for f in resource.fields)])

    def rows(user: str, *numbers: int) -> str:
        lines = []
        for place, number in enumerate(numbers):
            at = _CREATED_AT.format(number)
            values = [seeded_id(resource, number), user, 101 + place, at, at, *resource.body(number).values()]
            lines.append(f"  ({', '.join(map(_literal, values))})")
        inserted = ",\n".join(lines)
        return f"""select set_config('app.user_id', '{user}', true);
insert into {names.plural} ({columns}) values
{inserted};
update users set revision = greatest(revision, {100 + len(numbers)}), {names.plural} = {len(numbers)};
"""  # noqa: S608  # names and values of ours

    return f"""-- {names.many.capitalize()} with fixed ids and times, and what their owners' rows count of them.
begin;
set local role tasks_api;

{rows("alice", 1, 2)}
{rows("bob", 3)}
commit;
"""


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).lower() if isinstance(value, bool) else str(value)
