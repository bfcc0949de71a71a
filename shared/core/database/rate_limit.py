"""What a caller may still ask for in the current minute (draft-ietf-httpapi-ratelimit-headers-10)."""

from dataclasses import dataclass

WINDOW_S = 60
# What the function count_request raises in the database when nothing is left.
EXCEEDED_STATE = "TA429"


@dataclass(frozen=True, slots=True)
class Quota:
    """`remaining` requests of `limit`, for `seconds` more."""

    limit: int
    remaining: int
    seconds: int

    def headers(self) -> dict[str, str]:
        return {
            "ratelimit-policy": f'"default";q={self.limit};w={WINDOW_S}',
            "ratelimit": f'"default";r={self.remaining};t={self.seconds}',
        }
