"""From one request a second to a hundred thousand: what it takes, where the first wall stands; and the simulation."""

from collections.abc import Callable

from benchmarks.report.figures import Figures
from benchmarks.report.result import Bars, Lines, Part, Point, Result
from benchmarks.scale import prices
from benchmarks.scale.measured import costs, greatest_answered, latencies, processor_times, read_users
from benchmarks.scale.paper import Costs, Needs, dollars_of_a_million, needs, on_units, walls
from benchmarks.scale.simulation import Simulation, System

RATES = (1, 10, 100, 1_000, 10_000, 100_000)
# Enough for the environments to settle at each rate, in a minute for all of them.
_SIMULATED = 40_000
_WHAT_THEN = (
    "What to do at each: the throttle is a parameter of the template, and API Gateway's rate and Lambda's concurrency "
    "are quotas that AWS raises on request. Where one compute no longer suffices: reads that may lag (lists, searches, "
    "the feed of changes) go to read replicas; then users are hashed over several databases, for no statement touches "
    "two users and `user_id` leads every key; then each region has databases of its own, and a user has a region."
)


def measure(_rounds: int) -> Result:
    """There are no rounds: what is simulated with one seed is the same each time."""
    users = read_users()
    each = costs(users)
    parts: tuple[Part, ...] = (
        *(_paper(each)),
        Bars("First walls", "requests a second", {name: _one(rate) for name, rate in walls(each).items()}),
        Bars("A million requests", "dollars", {name: _one(sum_) for name, sum_ in dollars_of_a_million(each).items()}),
        _small_end(),
    )
    return Result("scale", "Scale, on paper and simulated", 80, f"{_said(each)} {_WHAT_THEN}", 1, parts)


def simulated(rate: float, each: Costs, requests: int | None = None) -> Simulation:
    """A database of the size that the paper gives it, without a limit to environments."""
    units = needs(rate, each).compute_units
    each = on_units(each, units)
    connections = prices.POOLER_PART * min(prices.MOST_CONNECTIONS, prices.CONNECTIONS_OF_A_CU * units)
    function_s = each.billed_s - each.database_s - each.travel_s
    system = System(function_s, each.database_s, each.travel_s, 10**9, int(connections), max(1, round(units)))
    return Simulation(system, rate).run(requests or _SIMULATED)


def _paper(each: Costs) -> list[Part]:
    found = [needs(rate, each) for rate in RATES]
    runs = [simulated(rate, each) for rate in RATES]
    environments = {
        "at work, by arithmetic": _over(found, lambda need: need.busy),
        "at work, simulated": _points([run.environments.at_work(run.rate) for run in runs]),
        "kept, by arithmetic": _over(found, lambda need: need.environments),
        "at work at once at most, simulated": _points([float(run.environments.most) for run in runs]),
    }
    database = {
        "server connections at work, by arithmetic": _over(found, lambda need: need.server_connections),
        "server connections at work, simulated": _points([run.connections.at_work(run.rate) for run in runs]),
        "compute units": _over(found, lambda need: need.compute_units),
    }
    dollars = {"together": _over(found, lambda need: need.dollars)}
    rate = "requests a second"
    return [
        Lines("Environments and their connections", "environments", rate, environments, log_x=True, log_y=True),
        Lines("The database", "number", rate, database, log_x=True, log_y=True),
        Lines("A month at this rate", "dollars", rate, dollars, log_x=True, log_y=True),
    ]


def _small_end() -> Bars:
    users = read_users()
    found: dict[str, Figures] = {}
    for rate, figures in latencies(users).items():
        found[f"{rate:g} a second, measured median, ms"] = _one(figures.median)
        run = simulated_here(rate)
        found[f"{rate:g} a second, simulated median, ms"] = _one(Figures.of(run.latencies).median * 1000)
    found["most answers a second, measured"] = _one(greatest_answered(users))
    found["most answers a second, simulated"] = _one(greatest_simulated())
    return Bars("The small end, beside what was measured", "", found)


def simulated_here(rate: float, requests: int | None = None) -> Simulation:
    """On this machine as it was measured: everything computes on the same cores, and four workers serve."""
    users = read_users()
    times = processor_times(users)
    each = times[min(times, key=lambda measured: abs(measured - rate))]
    beside = sum(each.values()) - each["database"]
    system = System(beside, each["database"], 0.0, 4, 4, users.machine.cores, True)
    return Simulation(system, rate).run(requests or _SIMULATED)


def greatest_simulated() -> float:
    """What is answered while more comes than can be."""
    run = simulated_here(10_000)
    return len(run.latencies) / run.now


def _said(each: Costs) -> str:
    return (
        f"Of one request of [the load](#many-users-at-once): {each.function_s * 1000:.2f} ms of a core in a function "
        f"and {each.database_s * 1000:.2f} ms in the database, as measured here; "
        f"{each.travel_s * 1000:g} ms between them are "
        f"assumed, and functions of {each.memory_mb} MB, so that {each.billed_s * 1000:.2f} ms are billed. Prices and "
        "limits are in [prices.py](../benchmarks/scale/prices.py), with where each is from. A database is as large as "
        "keeps its cores busy for three fifths of the time. The simulation has the same figures, exponential times and "
        "Poisson arrivals, and waits where there is no environment, server connection or core."
    )


def _over(found: list[Needs], value: Callable[[Needs], float]) -> tuple[Point, ...]:
    return _points([value(need) for need in found])


def _points(values: list[float]) -> tuple[Point, ...]:
    return tuple(Point(rate, _one(value)) for rate, value in zip(RATES, values, strict=True))


def _one(value: float) -> Figures:
    return Figures((float(value),))
