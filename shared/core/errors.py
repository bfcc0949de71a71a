"""What can go wrong with a request, in the terms of the domain, and the one table that turns it into HTTP.

    ApiError
    ├── BadRequest                 it cannot be read: malformed JSON, a forged cursor, two Authorization headers
    ├── Unauthorized               no token, or one that does not verify
    │   ├── MissingToken           there was none
    │   └── TokenExpired           it was good until its time ran out: refresh it and try again
    ├── Forbidden                  the path names another user
    ├── NotFound                   nothing of that name *for this caller*
    ├── MethodNotAllowed
    ├── QuotaExceeded              the caller keeps as much as may be kept: delete, or wait for tomorrow
    ├── NotDeleted                 there is nothing to restore: it is there
    ├── Superseded                 the client has sent a later batch already
    ├── Deleted                    an id that was used, of something that is gone
    ├── CursorExpired              a copy that is too old to be kept up to date: begin without a cursor
    ├── UnknownClient              a batch whose predecessor nobody remembers: begin as a new client
    ├── PreconditionFailed         If-Match names an older version; carries the current state
    ├── PayloadTooLarge
    ├── UnsupportedMediaType
    ├── ValidationFailed           readable, but against the rules; carries one detail per field
    ├── RateLimited
    ├── ServiceUnavailable         the database or the key set is out of reach; it certainly did not happen
    └── OutcomeUnknown             the answer to a write was lost: it may have happened

Nothing here knows FastAPI. `response_to()` is called in one place, `shared.core.http.app`.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from shared.core import SERVICE


class FieldError(NamedTuple):
    """One fault: `field` is a dotted path or a parameter's name; `code` the rule, in pydantic's words or in ours."""

    field: str
    code: str
    message: str


class ApiError(Exception):
    """A failure that the client is told about. `reason` is for the log and never leaves the function."""

    message: ClassVar[str] = "The request could not be served."

    def __init__(
        self,
        message: str | None = None,
        *,
        reason: str | None = None,
        details: tuple[FieldError, ...] = (),
        retry_after: int | None = None,
    ) -> None:
        self.public_message = message or self.message
        self.reason = reason
        self.details = details
        self.retry_after = retry_after
        super().__init__(reason or self.public_message)


class BadRequest(ApiError):
    message = "The request is malformed."


class Unauthorized(ApiError):
    message = "A valid bearer token is required."


class MissingToken(Unauthorized):
    message = "A bearer token is required."


class TokenExpired(Unauthorized):
    message = "The token has expired."


class Forbidden(ApiError):
    message = "The path names another user."


class NotFound(ApiError):
    message = "Not found."


class MethodNotAllowed(ApiError):
    message = "This method is not allowed here."


class QuotaExceeded(ApiError):
    message = "No more can be kept."


class NotDeleted(ApiError):
    message = "It was not deleted."


class Superseded(ApiError):
    message = "This client has sent a later batch already."


class Deleted(ApiError):
    message = "It was deleted. Restore it, or choose another id."


class CursorExpired(ApiError):
    message = "The cursor is of another account, or too old. Begin without one."


class UnknownClient(ApiError):
    message = "The batch before this one is not known. Begin as a new client, with seq 1."


class PreconditionFailed(ApiError):
    """`current` is the state that did not fit, as JSON."""

    message = "It was changed since the version named in If-Match."

    def __init__(self, message: str | None = None, *, current: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.current = current


class PayloadTooLarge(ApiError):
    message = "The body is larger than 64 KiB."


class UnsupportedMediaType(ApiError):
    message = "The body must be application/json."


class ValidationFailed(ApiError):
    message = "The request is not valid."


class RateLimited(ApiError):
    message = "Too many requests."


class ServiceUnavailable(ApiError):
    message = "The service is temporarily unavailable; nothing was changed."

    def __init__(self, message: str | None = None, *, reason: str | None = None, retry_after: int = 1) -> None:
        super().__init__(message, reason=reason, retry_after=retry_after)


class OutcomeUnknown(ApiError):
    message = "The answer was lost; the change may or may not have been made. Read before you repeat it."


# Status and code of each; a subclass without a row of its own takes its parent's.
_STATUS_AND_CODE: Mapping[type[ApiError], tuple[int, str]] = {
    BadRequest: (400, "BAD_REQUEST"),
    Unauthorized: (401, "UNAUTHORIZED"),
    TokenExpired: (401, "TOKEN_EXPIRED"),
    Forbidden: (403, "FORBIDDEN"),
    NotFound: (404, "NOT_FOUND"),
    MethodNotAllowed: (405, "METHOD_NOT_ALLOWED"),
    QuotaExceeded: (409, "QUOTA_EXCEEDED"),
    NotDeleted: (409, "NOT_DELETED"),
    Superseded: (409, "SUPERSEDED"),
    Deleted: (410, "DELETED"),
    CursorExpired: (410, "CURSOR_EXPIRED"),
    UnknownClient: (410, "UNKNOWN_CLIENT"),
    PreconditionFailed: (412, "PRECONDITION_FAILED"),
    PayloadTooLarge: (413, "PAYLOAD_TOO_LARGE"),
    UnsupportedMediaType: (415, "UNSUPPORTED_MEDIA_TYPE"),
    ValidationFailed: (422, "VALIDATION_ERROR"),
    RateLimited: (429, "RATE_LIMITED"),
    ServiceUnavailable: (503, "SERVICE_UNAVAILABLE"),
    OutcomeUnknown: (503, "OUTCOME_UNKNOWN"),
}
_INTERNAL_ERROR = (500, "INTERNAL_ERROR")
_CHALLENGE = f'Bearer realm="{SERVICE.partition("-")[0]}"'


class ErrorResponse(NamedTuple):
    """An error as it leaves: status, headers (lower-case names) and the JSON body of the contract."""

    status: int
    code: str
    headers: dict[str, str]
    body: bytes


def status_and_code(error: type[BaseException]) -> tuple[int, str]:
    """The HTTP status and the contract's code of an error class; anything unknown is a 500."""
    for cls in error.__mro__:
        if cls in _STATUS_AND_CODE:
            return _STATUS_AND_CODE[cls]
    return _INTERNAL_ERROR


def response_to(error: BaseException, request_id: str) -> ErrorResponse:
    """The contract's answer to any exception; what is no `ApiError` gives a 500 that tells nothing of its cause."""
    status, code = status_and_code(type(error))
    headers = {"content-type": "application/json"}
    message = "An internal error occurred."
    details: tuple[FieldError, ...] = ()
    if isinstance(error, ApiError):
        message, details = error.public_message, error.details
        if error.retry_after is not None:
            headers["retry-after"] = str(error.retry_after)
    if isinstance(error, Unauthorized):
        headers["www-authenticate"] = (
            _CHALLENGE if isinstance(error, MissingToken) else f'{_CHALLENGE}, error="invalid_token"'
        )
    content: dict[str, Any] = {
        "code": code,
        "message": message,
        "details": [detail._asdict() for detail in details],
        "request_id": request_id,
    }
    if isinstance(error, PreconditionFailed) and error.current is not None:
        content["current"] = error.current
    body = json.dumps({"error": content}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return ErrorResponse(status, code, headers, body)
