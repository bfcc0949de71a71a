"""Tokens that were verified: a caller sends the same one many times, and checking its signature tells nothing new."""

from collections import OrderedDict

from shared.core.auth.jose import Key

MOST_TOKENS = 128  # with the longest token that is read, 1 MiB


class VerifiedTokens:
    """Which key verified which token; those used last, at most `MOST_TOKENS`.

    It answers for the signature alone, which never changes. What may have changed since is asked for at each request:
    which key a token needs now (one that is replaced is another object, and verifies again), the time, the claims.
    """

    def __init__(self) -> None:
        self._keys: OrderedDict[str, Key] = OrderedDict()

    def holds(self, token: str, key: Key) -> bool:
        return self._keys.get(token) is key

    def add(self, token: str, key: Key) -> None:
        """Only what passed each check; nothing is kept of a refusal, so that junk displaces nobody."""
        self._keys[token] = key
        self._keys.move_to_end(token)
        if len(self._keys) > MOST_TOKENS:
            self._keys.popitem(last=False)
