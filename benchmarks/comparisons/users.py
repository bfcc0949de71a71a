"""Many users at once, in an open loop, at two rates and then at more and more until the machine gives in."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.load.crowd import WEIGHTS, Crowd
from benchmarks.load.parts import is_too_much, parts_of, parts_of_ramp
from benchmarks.load.run import Run, load
from benchmarks.load.stage import Stage, staged
from benchmarks.report.result import Part, Result

LONG = True
_SEED = 12
# What connects, plans and compiles for the first time is not what is measured.
_WARMING_S = 5.0


@dataclass(frozen=True, slots=True)
class Plan:
    users: int = 100
    tasks: int = 1000
    workers: int = 4
    rates: tuple[float, ...] = (100, 200)
    seconds: float = 60
    ramp: tuple[float, ...] = tuple(range(50, 1001, 50))
    ramp_seconds: float = 6


def measure(_rounds: int) -> Result:
    """The rounds are the rates."""
    return measure_plan(Plan())


def measure_plan(plan: Plan) -> Result:
    with staged(users=plan.users, tasks=plan.tasks, workers=plan.workers) as stage:
        crowd = Crowd(stage.users, _SEED)
        load(stage, crowd, rate=min(plan.rates), seconds=min(_WARMING_S, plan.seconds), seed=_SEED)
        parts: list[Part] = []
        for number, rate in enumerate(plan.rates):
            parts += parts_of(load(stage, crowd, rate=rate, seconds=plan.seconds, seed=_SEED + 1 + number))
        if plan.ramp:
            parts += parts_of_ramp(list(_ramp(stage, crowd, plan)))
    return Result("users", "Many users at once", 40, _said(plan), rounds=1, parts=tuple(parts))


def _ramp(stage: Stage, crowd: Crowd, plan: Plan) -> Iterator[Run]:
    for rate in plan.ramp:
        run = load(stage, crowd, rate=rate, seconds=plan.ramp_seconds, seed=int(rate))
        yield run
        if is_too_much(run):
            return


def _said(plan: Plan) -> str:
    whole = sum(WEIGHTS.values())
    mix = ", ".join(f"{kind} {weight * 100 / whole:.0f} %" for kind, weight in WEIGHTS.items())
    ramp = f"; then {plan.ramp_seconds:g} s at each rate of a ramp, until it is too much" if plan.ramp else ""
    return (
        f"{plan.users} users with {plan.tasks} tasks each, over loopback to the local gateway with {plan.workers} "
        "worker processes, and PostgreSQL without fsync; all on the same cores as the generator. "
        f"{plan.seconds:g} s at each rate{ramp}. Requests are due at times that were fixed before (a Poisson process), "
        "and are sent then however long others take; latency counts from when they were due to the end of the answer. "
        "Each is counted by the rate limit, which is out of reach. "
        f"The mix: {mix}. Processor time is that of all processes of a kind, "
        "memory is resident, and what processes share counts for each of them."
    )
