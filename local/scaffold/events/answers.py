"""What an event must be answered: the content of events/expected, whose placeholders the replay knows."""

from typing import Any

_ANY = {"cache-control": "no-store", "x-content-type-options": "nosniff", "x-request-id": "<any>"}
_COUNTED = {"ratelimit-policy": '"default";q=300;w=60', "ratelimit": "<any>"}


def success(status: int, body: Any, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """`headers` are those of this answer beside what all have."""
    typed = {} if body is None else {"content-type": "application/json"}
    return {"status": status, "headers": {**typed, **_ANY, **(headers or {}), **_COUNTED}, "body": body}


def forbidden() -> dict[str, Any]:
    return _refusal(403, "FORBIDDEN", "The path names another user.", counted=False)


def not_found() -> dict[str, Any]:
    return _refusal(404, "NOT_FOUND", "Not found.")


def stale(one: str, current: dict[str, Any]) -> dict[str, Any]:
    message = f"The {one} was changed since the version named in If-Match."
    return _refusal(412, "PRECONDITION_FAILED", message, current=current)


def invalid(details: list[dict[str, str]]) -> dict[str, Any]:
    """Before the database was asked."""
    return _refusal(422, "VALIDATION_ERROR", "The request is not valid.", details=details, counted=False)


def _refusal(
    status: int, code: str, message: str, *, details: Any = (), counted: bool = True, **more: Any
) -> dict[str, Any]:
    """Whatever reached the database says what is left to the caller."""
    headers = {"content-type": "application/json", **_ANY, **(_COUNTED if counted else {})}
    error = {"code": code, "message": message, "details": list(details), "request_id": "<request_id>", **more}
    return {"status": status, "headers": headers, "body": {"error": error}}
