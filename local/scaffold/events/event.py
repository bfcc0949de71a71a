"""A request as API Gateway hands it to a function: payload 2.0."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import jwt

from local.scaffold.endpoints import Endpoint
from shared.core.auth.settings import DEVELOPMENT_SECRET

_ISSUED, _EXPIRES = 1767225600, 4102444800
_HOST = "abcdef1234.execute-api.eu-central-1.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Request:
    """One of alice's. `item` is the id in the path; `family` whose rows the path names, where it names a user."""

    name: str
    endpoint: Endpoint
    item: str | None = None
    family: str | None = None
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        """Of the path, by their names; the resource's own has the name that stands in the endpoint's path."""
        family = {} if self.family is None else {"user_id": self.family}
        own = self.endpoint.path.partition("{")[2].partition("}")[0]
        return family if self.item is None else {**family, own: self.item}


def event_of(request: Request) -> dict[str, Any]:
    pattern = ("/api/{user_id}" if request.family else "/api") + request.endpoint.path
    path = pattern.format(**request.parameters)
    text = None if request.body is None else json.dumps(request.body, separators=(",", ":"))
    key = f"{request.endpoint.method} {pattern}"
    parts = {"queryStringParameters": request.query, "pathParameters": request.parameters}
    return {
        "version": "2.0",
        "routeKey": key,
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in request.query.items()),
        "headers": _headers(request, text),
        **{name: part for name, part in parts.items() if part},
        "requestContext": _context(request, key, path),
        **({} if text is None else {"body": text}),
        "isBase64Encoded": False,
    }


def _headers(request: Request, text: str | None) -> dict[str, str]:
    sized = {} if text is None else {"content-length": str(len(text.encode())), "content-type": "application/json"}
    return {
        "accept": "application/json",
        "authorization": f"Bearer {_token('alice')}",
        **sized,
        "host": _HOST,
        **request.headers,
        "user-agent": "curl/8.14.1",
        "x-amzn-trace-id": f"Root=1-6955b900-{_digest(request).hex()[:24]}",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }


def _context(request: Request, key: str, path: str) -> dict[str, Any]:
    http = {"method": request.endpoint.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7"}
    return {
        "accountId": "123456789012",
        "apiId": "abcdef1234",
        "domainName": _HOST,
        "domainPrefix": "abcdef1234",
        "http": {**http, "userAgent": "curl/8.14.1"},
        # Of the shape that API Gateway gives them.
        "requestId": base64.b64encode(_digest(request)[16:27]).decode(),
        "routeKey": key,
        "stage": "$default",
        "time": "01/Jan/2026:12:00:00 +0000",
        "timeEpoch": 1767268800000,
    }


def _digest(request: Request) -> bytes:
    return hashlib.sha256(request.name.encode()).digest()


def _token(user: str) -> str:
    claims = {"sub": user, "email": f"{user}@example.com", "name": user.title(), "iat": _ISSUED, "exp": _EXPIRES}
    return jwt.encode(claims, DEVELOPMENT_SECRET, algorithm="HS256")
