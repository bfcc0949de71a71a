"""Environments, server connections of the pooler and cores of the database, event by event.

A request takes an environment of its own, as Lambda gives it one, or waits where there are no more. It computes, sends
its batch, which waits at the pooler for a server connection and then for a core, and computes again. Arrivals are a
Poisson process; computing takes exponential times, so that what is known of such queues can be compared.
"""

import heapq
import random
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeAlias

from benchmarks.scale.station import Station


@dataclass(frozen=True, slots=True)
class System:
    function_s: float
    """Of processor time, half of it before the batch and half after."""
    database_s: float
    """Of processor time of a batch."""
    travel_s: float
    """There and back between environment and pooler."""
    environments: int
    """The most there may be."""
    server_connections: int
    cores: int
    """Of the database."""
    shared_cores: bool = False
    """The environments compute on these cores too, as on a developer's machine; else each has what it needs."""


class _Enter:
    def __init__(self, station: "Station[_Process]") -> None:
        self.station = station


class _Leave(_Enter):
    def __init__(self, station: "Station[_Process]", entered: float) -> None:
        super().__init__(station)
        self.entered = entered


# What a request does next: wait for so long, for its turn, or no longer be there.
_Process: TypeAlias = Generator[float | _Enter, None, None]


@dataclass(slots=True)
class Simulation:
    system: System
    rate: float
    """Requests a second."""
    seed: int = 1
    now: float = 0.0
    latencies: list[float] = field(default_factory=list)
    """Seconds, in the order of their ends."""
    environments: Station[_Process] = field(init=False)
    connections: Station[_Process] = field(init=False)
    cores: Station[_Process] = field(init=False)
    _random: random.Random = field(init=False)
    _events: list[tuple[float, int, _Process]] = field(default_factory=list)
    _number: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self.environments = Station(self.system.environments)
        self.connections = Station(self.system.server_connections)
        self.cores = Station(self.system.cores)

    def run(self, requests: int) -> "Simulation":
        """So many requests, to the end of the last."""
        self._go_on(self._arrivals(requests))
        while self._events:
            self.now, _, process = heapq.heappop(self._events)
            self._go_on(process)
        return self

    def _go_on(self, process: _Process) -> None:
        going = [process]
        while going:
            current = going.pop()
            step = next(current, None)
            if isinstance(step, _Leave):
                going += [*step.station.leave(self.now, step.entered), current]
            elif isinstance(step, _Enter):
                going += step.station.enter(self.now, current)
            elif step is not None:
                self._number += 1  # of two events at one time the one that was planned first
                heapq.heappush(self._events, (self.now + step, self._number, current))

    def _arrivals(self, requests: int) -> _Process:
        for _ in range(requests):
            yield self._random.expovariate(self.rate)
            self._go_on(self._request())

    def _request(self) -> _Process:
        arrived = self.now
        yield _Enter(self.environments)
        yield from self._function()
        yield self.system.travel_s / 2
        asked = self.now
        yield _Enter(self.connections)
        yield from self._on_a_core(self.system.database_s)
        yield _Leave(self.connections, asked)
        yield self.system.travel_s / 2
        yield from self._function()
        yield _Leave(self.environments, arrived)
        self.latencies.append(self.now - arrived)

    def _function(self) -> _Process:
        half = self.system.function_s / 2
        if self.system.shared_cores:
            yield from self._on_a_core(half)
        else:
            yield self._takes(half)

    def _on_a_core(self, mean_s: float) -> _Process:
        entered = self.now
        yield _Enter(self.cores)
        yield self._takes(mean_s)
        yield _Leave(self.cores, entered)

    def _takes(self, mean_s: float) -> float:
        return self._random.expovariate(1 / mean_s) if mean_s else 0.0
