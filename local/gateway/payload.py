"""An HTTP request as API Gateway hands it to a function: an event of payload format 2.0."""

import base64
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# After the brackets of an IPv6 address, if it is one.
_PORT = re.compile(r":([0-9]+)$")
_TEXT_TYPES = ("application/json", "application/javascript", "application/xml")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, as read from the wire; header names are lower case, those that came twice joined by a comma."""

    method: str
    target: str
    path: str
    query: str
    headers: dict[str, str]
    cookies: list[str]
    source_ip: str
    protocol: str
    request_id: str

    @classmethod
    def read(
        cls,
        method: str,
        target: bytes,
        query: bytes,
        headers: Iterable[tuple[bytes, bytes]],
        source_ip: str,
        version: str,
    ) -> "HttpRequest":
        fields, cookies = _combine(headers)
        encoded = _origin_form(target.decode("latin-1"))
        path = unquote(encoded, errors="replace")
        protocol = f"HTTP/{version}"
        request_id = base64.b64encode(os.urandom(11)).decode()
        return cls(method, encoded, path, query.decode("latin-1"), fields, cookies, source_ip, protocol, request_id)

    def event(self, route_key: str, path_parameters: dict[str, str], body: bytes) -> dict[str, Any]:
        text, is_base64 = self._encode(body)
        optional = {
            "cookies": self.cookies,
            "queryStringParameters": _joined(parse_qsl(self.query, keep_blank_values=True, errors="replace")),
            "pathParameters": path_parameters,
            "body": text,
        }
        return {
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self._headers(body),
            "requestContext": self._context(route_key),
            **{name: value for name, value in optional.items() if value},
            "isBase64Encoded": is_base64,
        }

    def _headers(self, body: bytes) -> dict[str, str]:
        host = self.headers.get("host", "")
        forwarded_for = [self.headers["x-forwarded-for"]] if "x-forwarded-for" in self.headers else []
        own = {
            "content-length": str(len(body)),
            "x-amzn-trace-id": f"Root=1-{int(datetime.now(UTC).timestamp()):08x}-{os.urandom(12).hex()}",
            "x-forwarded-for": ", ".join([*forwarded_for, self.source_ip]),
            "x-forwarded-port": port[1] if (port := _PORT.search(host)) else "80",
            "x-forwarded-proto": "http",
        }
        return self.headers | own

    def _context(self, route_key: str) -> dict[str, Any]:
        now = datetime.now(UTC)
        domain = self.headers.get("host", "localhost")
        return {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "http": {
                "method": self.method,
                "path": self.path,
                "protocol": self.protocol,
                "sourceIp": self.source_ip,
                "userAgent": self.headers.get("user-agent", ""),
            },
            "requestId": self.request_id,
            "routeKey": route_key,
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        }

    def _encode(self, body: bytes) -> tuple[str, bool]:
        """The body as text when its media type says so and it is, otherwise as base64."""
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type.startswith("text/") or media_type in _TEXT_TYPES or media_type.endswith(("+json", "+xml")):
            try:
                return body.decode(), False
            except UnicodeDecodeError:
                pass
        return base64.b64encode(body).decode(), bool(body)


def _combine(headers: Iterable[tuple[bytes, bytes]]) -> tuple[dict[str, str], list[str]]:
    pairs = [(name.decode("latin-1").lower(), _text(value)) for name, value in headers]
    cookies = [part.strip() for name, value in pairs if name == "cookie" for part in value.split(";")]
    return _joined((name, value) for name, value in pairs if name != "cookie"), [cookie for cookie in cookies if cookie]


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    combined: dict[str, str] = {}
    for name, value in pairs:
        combined[name] = f"{combined[name]},{value}" if name in combined else value
    return combined


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _origin_form(target: str) -> str:
    """The path of a request target; clients of a proxy send the whole URL."""
    if target.startswith("/"):
        return target
    try:
        return urlsplit(target).path or "/"
    except ValueError:
        return "/"
