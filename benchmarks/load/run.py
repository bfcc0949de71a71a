"""One load at one rate: what its requests met, and what the processes used meanwhile."""

import asyncio
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from benchmarks.load.crowd import Crowd
from benchmarks.load.generator import drive, run_precisely
from benchmarks.load.over_http import OverHttp
from benchmarks.load.processes import cpu_between, uses
from benchmarks.load.sample import Sample
from benchmarks.load.schedule import due_times
from benchmarks.load.stage import Stage

_SAMPLED_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    rate: float
    """Requests a second that were due."""
    seconds: float
    """That they were due in; the last may be answered later."""
    samples: tuple[Sample, ...]
    took: float
    """Seconds until all were answered."""
    cpu: Mapping[str, float]
    """Seconds of processor time, by what the processes are."""
    memory: tuple[tuple[float, Mapping[str, float]], ...]
    """At so many seconds so many megabytes, likewise."""

    @property
    def answered(self) -> int:
        return sum(not sample.fault for sample in self.samples)

    @property
    def cores_free(self) -> float:
        return (os.cpu_count() or 1) - sum(self.cpu.values()) / self.took


def load(stage: Stage, crowd: Crowd, *, rate: float, seconds: float, seed: int, kind: str = "") -> Run:
    """Requests that are due for so long, all of one kind if it is named, and the answers to all of them."""
    return run_precisely(_load(stage, crowd, rate, seconds, seed, kind))


async def _load(stage: Stage, crowd: Crowd, rate: float, seconds: float, seed: int, kind: str) -> Run:
    memory = list[tuple[float, Mapping[str, float]]]()
    processes = stage.processes()
    before, began = uses(processes), time.monotonic()
    async with OverHttp(stage.port) as target:
        watch = asyncio.create_task(_watch(processes, memory))
        try:
            samples = await drive(target, due_times(rate, seconds, seed), lambda: crowd.next_request(kind))
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
    took = time.monotonic() - began
    return Run(rate, seconds, tuple(samples), took, cpu_between(before, uses(processes)), tuple(memory))


async def _watch(processes: Mapping[str, list[int]], memory: list[tuple[float, Mapping[str, float]]]) -> None:
    began = time.monotonic()
    while True:
        memory.append((time.monotonic() - began, {name: use.memory_mb for name, use in uses(processes).items()}))
        await asyncio.sleep(_SAMPLED_EVERY_S)
