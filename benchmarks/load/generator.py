"""The open loop: each request is sent when it is due, and its wait is counted from then."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Protocol, TypeVar

from benchmarks.load.request import Answer, Request
from benchmarks.load.sample import Sample

# More than that on their way is no load any more but a queue: what comes then is a fault, and not sent.
MOST_UNDER_WAY = 300
# As long as API Gateway waits.
LONGEST_S = 30.0
T = TypeVar("T")


class Target(Protocol):
    async def ask(self, request: Request) -> Answer:
        """The answer, to its end."""
        ...


async def drive(target: Target, due_times: Iterable[float], next_request: Callable[[], Request]) -> list[Sample]:
    """In the order of their answers. Ends once all are answered, or have waited for `LONGEST_S`."""
    loop, samples, under_way = asyncio.get_running_loop(), list[Sample](), set[asyncio.Task[None]]()
    began = loop.time()

    async def exchange(request: Request, due: float) -> None:
        fault = await _fault(target, request)
        samples.append(Sample(request.kind, due, (loop.time() - began - due) * 1000, fault))

    for due in due_times:
        await asyncio.sleep(began + due - loop.time())
        if len(under_way) >= MOST_UNDER_WAY:
            samples.append(Sample("any", due, 0, "not sent: too many under way"))
            continue
        task = loop.create_task(exchange(next_request(), due))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    if under_way:
        await asyncio.wait(under_way)
    return samples


async def _fault(target: Target, request: Request) -> str:
    """What is wrong with the answer, empty if nothing is."""
    try:
        async with asyncio.timeout(LONGEST_S):
            answer = await target.ask(request)
    except TimeoutError:
        return "no answer in time"
    except OSError as error:
        return type(error).__name__
    if answer.status != request.expected:
        return f"{answer.status} to {request.kind}"
    request.learn(answer.body)
    return ""


def run_precisely(main: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, but it sleeps to the microsecond: asyncio's own waits in whole milliseconds, rounded up."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        return runner.run(main)
