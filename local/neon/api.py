"""Neon's API, version 2: what is asked, how long it is waited for, and what went wrong in one line."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from shared.core.deadline import Deadline

ADDRESS = "https://console.neon.tech/api/v2"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_REQUEST_S, _WAIT_S = 30.0, 300.0
# The project is at something else, or was asked too often: nothing was done, so that it may be asked again.
_LATER = (423, 429)
_DONE, _FAILED = ("finished", "skipped"), ("failed", "error", "cancelled")


class NeonError(Exception):
    """It was not done; the text shows no key and no connection string."""


class NeonApi:
    """Requests within one project."""

    def __init__(self, environ: Mapping[str, str], *, pause_s: float = 1.0) -> None:
        """Raises:
        NeonError: a setting is missing, or the key would travel in the clear.
        """
        missing = [name for name in ("NEON_API_KEY", "NEON_PROJECT_ID") if not environ.get(name)]
        if missing:
            raise NeonError(f"{' and '.join(missing)} must be set: docs/deploying.md says where they come from")
        address = environ.get("NEON_API_URL") or ADDRESS
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise NeonError("NEON_API_URL must be https: over http, anybody on the way could read the key")
        self._pause_s = pause_s
        self._client = httpx.Client(
            base_url=f"{address.rstrip('/')}/projects/{environ['NEON_PROJECT_ID']}",
            headers={"Authorization": f"Bearer {environ['NEON_API_KEY']}", "Accept": "application/json"},
            timeout=_REQUEST_S,
        )

    def __enter__(self) -> "NeonApi":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, **query: str) -> Any:
        """Raises:
        NeonError: it was refused, or is not there.
        """
        if (answer := self._ask("GET", path, query=query)) is None:
            raise NeonError(f"Neon has no {path.split('/')[1]} that is asked for in the project of NEON_PROJECT_ID")
        return answer

    def change(self, method: str, path: str, body: object = None) -> Any:
        """Returns what was answered, once all that it set going is done; None where there is no such thing.

        Raises:
            NeonError: it was refused, failed, or took too long.
        """
        answer = self._ask(method, path, body=body)
        for operation in (answer or {}).get("operations", ()):
            self._finish(operation)
        return answer

    def _finish(self, operation: Mapping[str, Any]) -> None:
        deadline = Deadline.after(_WAIT_S)
        while operation["status"] not in _DONE:
            if operation["status"] in _FAILED:
                why = operation.get("error") or operation["status"]
                raise NeonError(f"Neon could not {operation['action']}: {why}")
            self._pause(deadline, f"to {operation['action']}")
            operation = self.get(f"/operations/{operation['id']}")["operation"]

    def _ask(self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: object = None) -> Any:
        deadline = Deadline.after(_WAIT_S)
        while True:
            try:
                answer = self._client.request(method, path, params=query, json=body)
            except httpx.HTTPError as error:
                raise NeonError(f"Neon did not answer: {type(error).__name__}") from None
            if answer.status_code not in _LATER:
                return _content(answer)
            self._pause(deadline, "for the project to be free")

    def _pause(self, deadline: Deadline, what: str) -> None:
        if deadline.remaining() <= self._pause_s:
            raise NeonError(f"Neon took more than {_WAIT_S:.0f} s {what}")
        time.sleep(self._pause_s)


def _content(answer: httpx.Response) -> Any:
    """None of what is not there."""
    if answer.status_code in (204, 404):
        return None
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not answer.is_success or not isinstance(content, dict):
        said = content.get("message") if isinstance(content, dict) else None
        raise NeonError(f"Neon answered {answer.status_code}: {said or 'nothing that can be read'}")
    return content
