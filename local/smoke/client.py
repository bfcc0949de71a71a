"""Requests of a smoke test, whose answers must be as the contract says."""

import time
from collections.abc import Mapping
from typing import Any

import httpx

_SECURITY_HEADERS = (
    "cache-control",
    "content-security-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-request-id",
)
_TOO_MANY, _LONGEST_WAIT_S = 429, 60


class Fault(Exception):
    """An answer that is not as the contract says."""


class SmokeClient:
    """Sends as one user; without a token only what anybody may ask.

    `owns_user`: one who has nothing but what is made here.
    """

    def __init__(self, client: httpx.Client, token: str = "", user: str = "", *, owns_user: bool = False) -> None:
        self._client = client
        self._authorization = {"authorization": f"Bearer {token}"} if token else {}
        self.user = user
        self.owns_user = owns_user

    @property
    def has_token(self) -> bool:
        return bool(self._authorization)

    def ask(
        self,
        method: str,
        path: str,
        status: int,
        *,
        code: str = "",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        token: bool = True,
    ) -> httpx.Response:
        """Raises:
        Fault: the answer has another status, another code, or lacks a header.
        """
        sent = {**(self._authorization if token else {}), **(headers or {})}
        answer = self._client.request(method, path, json=body, headers=sent)
        if answer.status_code == _TOO_MANY != status:
            # The checks of many resources are more than a user may ask in a minute. Nothing was done.
            time.sleep(min(float(answer.headers.get("retry-after", 1)), _LONGEST_WAIT_S))
            answer = self._client.request(method, path, json=body, headers=sent)
        expect(answer.status_code == status, f"{method} {path} gave {answer.status_code}, not {status}")
        expect(_code(answer) == code, f"{method} {path} gave the code {_code(answer)!r}, not {code!r}")
        missing = [name for name in _SECURITY_HEADERS if name not in answer.headers]
        expect(not missing, f"{method} {path} came without {', '.join(missing)}")
        return answer


def expect(condition: bool, fault: str) -> None:
    if not condition:
        raise Fault(fault)


def data_of(answer: httpx.Response) -> Any:
    return answer.json()["data"]


def _code(answer: httpx.Response) -> str:
    """The code of an error in the project's own shape."""
    return str(answer.json()["error"]["code"]) if answer.is_error else ""
