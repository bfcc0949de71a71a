"""What lies between clients and the functions: requests and answers get lost, and some requests come again, late."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.api import Answer
from tests.sync.replica import NoAnswer
from tests.sync.requests import Request, Serve


@dataclass(frozen=True)
class Faults:
    """How often, of one."""

    lost_request: float = 0
    lost_answer: float = 0
    late: float = 0


# Told of every request that was served, whoever hears of the answer, and whether it came for a second time.
See = Callable[[Request, Answer, bool], None]


@dataclass
class Network:
    """Between the clients of a history and one deployment."""

    serve: Serve
    see: See
    rng: Random
    faults: Faults
    # Serves the next write instead, where it is to take long.
    serve_slowly: Serve | None = None
    late: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> Answer:
        """Raises `NoAnswer`: it may have been done, or not."""
        if self.rng.random() < self.faults.lost_request:
            raise NoAnswer
        answer = self._served(request)
        self.see(request, answer, False)
        # What was refused may well be done when it comes again.
        if request.says_once and answer.status < 300 and self.rng.random() < self.faults.late:
            self.late.append(request)
        if self.rng.random() < self.faults.lost_answer:
            raise NoAnswer
        return answer

    def _served(self, request: Request) -> Answer:
        serve = self.serve
        if self.serve_slowly and request.method != "GET":
            serve, self.serve_slowly = self.serve_slowly, None
        return serve(request)

    def deliver_late(self) -> None:
        """One of those that come again."""
        request = self.late.pop(self.rng.randrange(len(self.late)))
        self.see(request, self.serve(request), True)
