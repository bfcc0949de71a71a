"""Key sets: which key verifies a token that names this `kid` and `alg`."""

import math
import random
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

from shared.core.auth.jose import Key, MalformedError, VerificationKey, read_key_set
from shared.core.auth.jwks_fetch import FETCH_SECONDS, FetchError
from shared.core.clocks import Clocks, Moment
from shared.core.errors import ServiceUnavailable
from shared.core.tracing import span

SOFT_AGE = 600  # seconds after which a set is refreshed, while its keys still serve
HARD_AGE = 3600  # seconds after which a set that could not be refreshed serves no more
COOL_DOWN = 5  # seconds between one attempt and the next; more than FETCH_SECONDS, so that two never overlap
LONGEST_BACK_OFF = 30


class KeySet(Protocol):
    def find(self, kid: str | None, alg: str, /) -> Key | None:
        """The one key for these, or None when there is none.

        Raises:
            ServiceUnavailable: whether there is one cannot be told now.
        """


class SharedSecret:
    """HS256 mode: one key, whatever `kid` a token names."""

    def __init__(self, secret: str) -> None:
        # An environment variable that is not UTF-8 arrives with its odd bytes escaped; this gives the bytes back.
        self._key = secret.encode("utf-8", "surrogateescape")

    def find(self, _kid: str | None, alg: str, /) -> Key | None:
        return self._key if alg == "HS256" else None


class FixedKeySet:
    """An immutable set; the inline one as it is, and each generation of the remote one."""

    def __init__(self, keys: Iterable[VerificationKey] = ()) -> None:
        self._keys = tuple(keys)
        self._by_name: Mapping[tuple[str, str], Key] = MappingProxyType(
            {(each.kid, alg): each.key for each in self._keys if each.kid is not None for alg in each.algorithms}
        )

    def find(self, kid: str | None, alg: str, /) -> Key | None:
        if kid is not None:
            return self._by_name.get((kid, alg))
        fitting = [each.key for each in self._keys if alg in each.algorithms]
        return fitting[0] if len(fitting) == 1 else None


class _Generation(NamedTuple):
    keys: FixedKeySet
    since: Moment


class _Attempt:
    """One fetch. A failure until it succeeds, so that one whose thread hangs or was lost counts as one."""

    def __init__(self, began: Moment) -> None:
        self.began = began
        self.fault: str | None = "deadline"
        self.ended = threading.Event()


class RemoteKeySet:
    """The set behind a URL, refreshed as it ages and when a token names a key that is not in it.

    Each fetch runs in a daemon thread. A function has no better place for it: after its answer it is frozen, and before
    it a caller whose key is known would wait. A fetch that a freeze cuts off has failed, and a later request makes the
    next; should that go on, the hard age ends it with a fetch that is waited for. The thread also bounds the name
    look-up, for which there is no timeout: whoever waits stops waiting.

    `inline` keys (AUTH_JWKS) serve until a fetched set replaces them, so that a cold start needs no fetch, and again
    when the URL has been out of reach for long: whoever deployed them vouches for them.
    """

    def __init__(
        self,
        fetch: Callable[[], bytes],
        algorithms: Collection[str],
        inline: FixedKeySet | None = None,
        *,
        clocks: Clocks | None = None,
        rng: Callable[[], float] = random.random,
        patience: float = FETCH_SECONDS,
    ) -> None:
        self._fetch, self._algorithms, self._patience = fetch, algorithms, patience
        self._clocks, self._rng = clocks or Clocks(), rng
        self._inline = inline or FixedKeySet()
        self._generation = _Generation(self._inline, self._clocks.now())
        self._attempt: _Attempt | None = None
        self._pause = 0.0
        self._failures = 0
        self._lock = threading.Lock()

    def find(self, kid: str | None, alg: str, /) -> Key | None:
        key = self._current().find(kid, alg)
        if key is None:
            return self._find_by_asking(kid, alg)
        if self._clocks.since(self._generation.since) > SOFT_AGE:
            self._latest_attempt()
        return key

    def _current(self) -> FixedKeySet:
        keys, since = self._generation
        return keys if self._clocks.since(since) <= HARD_AGE else self._inline

    def _find_by_asking(self, kid: str | None, alg: str) -> Key | None:
        last = self._attempt
        attempt = self._latest_attempt()
        if attempt is last and attempt.ended.is_set():
            return self._fetched(attempt, kid, alg)
        with span("key set"):
            attempt.ended.wait(max(0.0, self._patience - self._clocks.since(attempt.began)))
            return self._fetched(attempt, kid, alg)

    def _fetched(self, attempt: _Attempt, kid: str | None, alg: str) -> Key | None:
        key = self._current().find(kid, alg)
        if key is None and attempt.fault is not None:
            # Not a 401, also when other keys are at hand: the token may be signed with one that is newer than they are.
            raise ServiceUnavailable(reason=f"jwks {attempt.fault}", retry_after=self._seconds_to_next(attempt))
        return key

    def _latest_attempt(self) -> _Attempt:
        """The attempt under way or made last; a new one when the pause after that is over.

        The pause is all that holds junk back, whatever key it names: to remember names would refuse a key that is
        published after it was asked for, and hold back nobody who makes up another name for each token.
        """
        with self._lock:
            if self._attempt is not None and self._clocks.since(self._attempt.began) < self._pause:
                return self._attempt
            attempt = self._attempt = _Attempt(self._clocks.now())
            self._failures += 1
            self._pause = min(COOL_DOWN * 2 ** min(self._failures - 1, 9), LONGEST_BACK_OFF / 2) * (1 + self._rng())
        try:
            threading.Thread(target=self._refresh, args=(attempt,), name="jwks", daemon=True).start()
        except RuntimeError:  # no thread is to be had
            attempt.ended.set()
        return attempt

    def _refresh(self, attempt: _Attempt) -> None:
        try:
            self._publish(attempt, parse_key_set(self._fetch(), self._algorithms))
        except FetchError as error:
            attempt.fault = error.fault
        except MalformedError:
            attempt.fault = "content"
        finally:
            attempt.ended.set()

    def _publish(self, attempt: _Attempt, keys: FixedKeySet) -> None:
        with self._lock:
            if attempt is not self._attempt:
                return  # overtaken: its set may be older than the present one
            self._generation = _Generation(keys, attempt.began)
            self._failures, self._pause, attempt.fault = 0, COOL_DOWN, None

    def _seconds_to_next(self, attempt: _Attempt) -> int:
        return max(1, math.ceil(self._pause - self._clocks.since(attempt.began)))


def parse_key_set(raw: bytes, algorithms: Collection[str]) -> FixedKeySet:
    """The usable keys of a JWK set.

    Raises:
        MalformedError: it is no JWK set, or none of its keys is usable: an issuer without keys is one that is broken.
    """
    usable, faults = read_key_set(raw, algorithms)
    if not usable:
        raise MalformedError("; ".join(faults))
    return FixedKeySet(usable)


def key_set_faults(jwks_json: str, algorithms: Collection[str]) -> list[str]:
    """Why the inline key set verifies nothing, one line per fault; empty when it holds a usable key."""
    try:
        usable, faults = read_key_set(jwks_json.encode(), algorithms)
    except ValueError as error:
        return [f"AUTH_JWKS is not a JWK set: {error}"]
    return [] if usable else [f"AUTH_JWKS holds no usable key: {fault}" for fault in faults]
