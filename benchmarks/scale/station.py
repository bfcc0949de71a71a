"""Servers with one line before them, and what Little's law relates: how many are there, how many come, how long."""

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Station(Generic[T]):
    """Who enters is served in turn; time is in seconds, and never goes back."""

    servers: int
    line: deque[tuple[T, float]] = field(default_factory=deque)
    inside: int = 0
    most: int = 0
    area: float = 0.0
    """How many were inside, over time."""
    left: int = 0
    spent: float = 0.0
    """Seconds inside, of those who have left."""
    waited: float = 0.0
    """Seconds in line, of those who were served."""
    _since: float = 0.0

    def enter(self, now: float, who: T) -> list[T]:
        """Those whose turn has come."""
        self._count(now, 1)
        self.line.append((who, now))
        return self._serve(now)

    def leave(self, now: float, entered: float) -> list[T]:
        """Likewise."""
        self._count(now, -1)
        self.servers += 1
        self.left += 1
        self.spent += now - entered
        return self._serve(now)

    def at_work(self, rate: float) -> float:
        """How many are inside at this rate, by Little's law; beginning and end, with fewer, are not in it."""
        return rate * self.spent / self.left

    def _serve(self, now: float) -> list[T]:
        if not (self.servers and self.line):
            return []
        self.servers -= 1
        who, since = self.line.popleft()
        self.waited += now - since
        return [who]

    def _count(self, now: float, change: int) -> None:
        self.area += self.inside * (now - self._since)
        self.inside, self._since = self.inside + change, now
        self.most = max(self.most, self.inside)
