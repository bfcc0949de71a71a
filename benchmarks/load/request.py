"""One request of one user, and what a good answer to it is."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def _nothing(_: bytes) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Request:
    kind: str
    method: str
    path: str
    token: str
    body: Any = None
    query: str = ""
    expected: int = 200
    learn: Callable[[bytes], None] = _nothing
    """Given the body of the answer that was expected."""

    @property
    def content(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body, separators=(",", ":")).encode()

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def headers(self) -> dict[str, str]:
        """Lower case; with neither host nor length."""
        sent = {"authorization": f"Bearer {self.token}", "accept": "application/json"}
        return sent if self.body is None else {**sent, "content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
