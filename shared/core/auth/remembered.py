"""Tokens that were verified: a caller sends the same one many times, and reading it anew tells nothing new."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.core.auth.jose import Key

MOST_TOKENS = 128  # of at most 8 KiB; what is read of the oddest takes twenty times as much


class Read(NamedTuple):
    """What a token says, and which key has vouched for it."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    key: Key


class VerifiedTokens:
    """What was read of which token; those used last, at most `MOST_TOKENS`.

    It answers for the signature and for what is signed, which never change. What may have changed since is asked for at
    each request: which key a token needs now (one that is replaced is another object, and verifies again), the time,
    what is accepted.
    """

    def __init__(self) -> None:
        self._read: OrderedDict[str, Read] = OrderedDict()

    def get(self, token: str) -> Read | None:
        return self._read.get(token)

    def add(self, token: str, read: Read) -> None:
        """Only what passed each check; nothing is kept of a refusal, so that junk displaces nobody."""
        self._read[token] = read
        self._read.move_to_end(token)
        if len(self._read) > MOST_TOKENS:
            self._read.popitem(last=False)
