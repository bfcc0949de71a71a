"""Failures and delays on demand, so that a front end can be seen to bear them: FAIL=503, FAIL=429:0.3, LATENCY=200."""

import asyncio
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.gateway.response import HttpResponse
from shared.core.errors import ApiError, RateLimited, ServiceUnavailable, response_to

RETRY_AFTER_S = 2
_ERRORS: Mapping[str, Callable[[], ApiError]] = {
    "429": lambda: RateLimited(retry_after=RETRY_AFTER_S),
    "503": lambda: ServiceUnavailable(retry_after=RETRY_AFTER_S),
}
_FAIL = re.compile(r"(?P<status>429|503)(:(?P<share>0?\.[0-9]+|0|1(\.0+)?))?", re.ASCII)
_LONGEST_MS = 60_000


class ProvocationError(Exception):
    """FAIL or LATENCY cannot be read; the text is for the developer."""


@dataclass(frozen=True, slots=True)
class Provocation:
    """`share`, from 0 to 1, of the requests to a route is answered with `status`; all wait first."""

    status: str = ""
    share: float = 1.0
    latency_s: float = 0.0

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Provocation":
        """
        Raises:
            ProvocationError: a setting is none.
        """
        fail, latency = environ.get("FAIL", ""), environ.get("LATENCY", "") or "0"
        found = _FAIL.fullmatch(fail)
        if fail and not found:
            raise ProvocationError(f"FAIL={fail} is not 503 or 429, perhaps with a share as in FAIL=503:0.3")
        if not (latency.isascii() and latency.isdigit() and int(latency) <= _LONGEST_MS):
            raise ProvocationError(f"LATENCY={latency} is not a number of milliseconds up to {_LONGEST_MS}")
        status, share = (found["status"], float(found["share"] or 1)) if found else ("", 1.0)
        return cls(status, share, int(latency) / 1000)

    @property
    def words(self) -> list[str]:
        """What is provoked, for the developer who may have forgotten."""
        share = "" if self.share == 1 else f" {self.share:.0%} of the requests"
        return [f"FAIL answers{share or ' all requests'} with {self.status}"] * bool(self.status) + [
            f"LATENCY has each request wait for {self.latency_s * 1000:.0f} ms"
        ] * bool(self.latency_s)

    async def answer(self, request_id: str) -> HttpResponse | None:
        """What to answer instead of the function, once the delay is over."""
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        if not self.status or random.random() >= self.share:  # noqa: S311  # a share, not a secret
            return None
        # Late: it brings FastAPI, which takes a fifth of a second, and the gateway has no other use for it.
        from shared.core.http.answers import SECURITY_HEADERS

        answer = response_to(_ERRORS[self.status](), request_id)
        headers = {**SECURITY_HEADERS, **answer.headers, "x-request-id": request_id}
        return HttpResponse(answer.status, tuple(headers.items()), answer.body, cure=f"provoked by FAIL={self.status}")


NOTHING = Provocation()
