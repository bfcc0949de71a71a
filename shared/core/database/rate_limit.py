"""What a caller may still ask for in the current minute (draft-ietf-httpapi-ratelimit-headers-10)."""

from dataclasses import dataclass, field

from shared.core.clocks import Clocks, Moment

WINDOW_S = 60
# What the function count_request raises in the database when nothing is left.
EXCEEDED_STATE = "TA429"
# Who is remembered as having nothing left; more are merely asked of the database again.
MOST_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Allowance:
    """`remaining` requests of `limit`, for `seconds` more."""

    limit: int
    remaining: int
    seconds: int

    def headers(self) -> dict[str, str]:
        return {
            "ratelimit-policy": f'"default";q={self.limit};w={WINDOW_S}',
            "ratelimit": f'"default";r={self.remaining};t={self.seconds}',
        }


@dataclass(slots=True)
class Refused:
    """Callers that this process knows to have nothing left: refused until their minute ends, without a round trip."""

    clocks: Clocks = field(default_factory=Clocks)
    _refused: dict[str, tuple[Moment, int]] = field(default_factory=dict)

    def remember(self, user_id: str, seconds: int) -> None:
        """Nothing is left to them for so long."""
        while len(self._refused) >= MOST_REMEMBERED:
            del self._refused[next(iter(self._refused))]
        self._refused[user_id] = (self.clocks.now(), seconds)

    def seconds_left(self, user_id: str) -> int:
        """Whole seconds, at least one while there are any."""
        if user_id not in self._refused:
            return 0
        since, seconds = self._refused[user_id]
        left = seconds - self.clocks.since(since)
        if left <= 0:
            del self._refused[user_id]
            return 0
        return max(1, round(left))
