"""What a function returned, as the HTTP response that API Gateway makes of it."""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

# API Gateway decides these itself.
_NOT_FORWARDED = frozenset(
    {"connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")
_NO_BODY = frozenset({204, 304})


class InvalidResultError(Exception):
    """The function returned something that is no response."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """`cure` is for the developer at the terminal, and is not sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    cure: str = ""

    def wire_headers(self) -> list[tuple[bytes, bytes]]:
        length = [] if self.status in _NO_BODY else [("content-length", str(len(self.body)))]
        return [(name.encode("ascii"), value.encode()) for name, value in (*self.headers, *length)]


def own_answer(status: int, message: str, cure: str = "") -> HttpResponse:
    """An answer of the gateway's own."""
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    return HttpResponse(status, (("content-type", "application/json"),), body, cure)


def from_result(result: Any) -> HttpResponse:
    """Read what a function returned.

    Raises:
        InvalidResultError: with the reason, for the developer.
    """
    if not isinstance(result, dict) or "statusCode" not in result:
        # Payload 2.0 takes any other JSON for the body of a 200.
        return HttpResponse(200, (("content-type", "application/json"),), json.dumps(result).encode())
    status = _status(result["statusCode"])
    headers = {str(name).lower(): _header_value(name, value) for name, value in _mapping(result, "headers").items()}
    cookies = result.get("cookies") or []
    if not isinstance(cookies, list):
        raise InvalidResultError("cookies is not a list")
    pairs = [(name, value) for name, value in headers.items() if name not in _NOT_FORWARDED]
    if "content-type" not in headers and status not in _NO_BODY:
        pairs.append(("content-type", "text/plain;charset=UTF-8"))
    pairs += [("set-cookie", _header_value("set-cookie", cookie)) for cookie in cookies]
    return HttpResponse(status, tuple(pairs), b"" if status in _NO_BODY else _body(result))


def _status(value: Any) -> int:
    try:
        status = int(value) if isinstance(value, int | str) else 0
    except ValueError:
        status = 0
    if not 200 <= status <= 599:
        raise InvalidResultError(f"statusCode is {value!r}")
    return status


def _mapping(result: dict[str, Any], name: str) -> dict[Any, Any]:
    value = result.get(name)
    if not isinstance(value, dict | None):
        raise InvalidResultError(f"{name} is not an object")
    return value or {}


def _header_value(name: Any, value: Any) -> str:
    if not _HEADER_NAME.fullmatch(str(name)):
        raise InvalidResultError(f"{name!r} is no header name")
    text = str(value).lower() if isinstance(value, bool) else str(value).strip()
    if isinstance(value, dict | list) or not _HEADER_VALUE.fullmatch(text):
        raise InvalidResultError(f"the header {name} has the value {value!r}")
    return text


def _body(result: dict[str, Any]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise InvalidResultError(f"body is of type {type(body).__name__}, not a string")
    try:
        return base64.b64decode(body, validate=True) if result.get("isBase64Encoded") else body.encode()
    except ValueError as error:
        raise InvalidResultError(f"body: {error}") from error
