"""The simulation does what is known of queues, the paper what the simulation does, and both what was measured."""

from math import factorial

import pytest

from benchmarks.comparisons.scale import RATES, greatest_simulated, simulated, simulated_here
from benchmarks.scale import prices
from benchmarks.scale.measured import costs, greatest_answered, latencies, processor_times, read_users
from benchmarks.scale.paper import Costs, dollars_of_a_million, most_at_once, needs, walls
from benchmarks.scale.simulation import Simulation, System
from benchmarks.scale.station import Station

EACH = Costs(function_s=0.003, database_s=0.001, travel_s=0.001, memory_mb=1024)
MANY = 10**9


@pytest.mark.parametrize("station", ["environments", "connections", "cores"])
def test_as_many_are_there_as_come_in_the_time_that_they_stay(station: str) -> None:
    """Little's law: the number, over time, is the rate times the stay; counted apart from each other."""
    run = Simulation(System(0.02, 0.01, 0.005, environments=12, server_connections=6, cores=4), 300).run(6000)
    found: Station[object] = getattr(run, station)
    rate, stay = found.left / run.now, found.spent / found.left

    assert found.area / run.now == pytest.approx(rate * stay, rel=1e-9)
    assert found.area / run.now <= found.most


def test_requests_wait_for_cores_as_erlang_says() -> None:
    rate, takes, cores = 200, 0.01, 3
    run = Simulation(System(0, takes, 0, MANY, MANY, cores), rate).run(30_000)
    offered = rate * takes
    all_busy = offered**cores / factorial(cores) * cores / (cores - offered)
    waits = all_busy / (sum(offered**n / factorial(n) for n in range(cores)) + all_busy)

    assert run.cores.waited / run.cores.left == pytest.approx(waits / (cores / takes - rate), rel=0.1)


def test_no_more_is_done_than_the_cores_can() -> None:
    run = Simulation(System(0.001, 0.01, 0, MANY, MANY, cores=2), 1000).run(4000)
    assert run.cores.left / run.now == pytest.approx(200, rel=0.05)


def test_what_is_scarce_is_waited_for() -> None:
    few = Simulation(System(0, 0.01, 0, MANY, server_connections=2, cores=100), 300).run(2000)
    enough = Simulation(System(0, 0.01, 0, MANY, server_connections=100, cores=100), 300).run(2000)

    assert (few.connections.most > 100, few.cores.most) == (True, 2)
    assert enough.connections.waited == 0


def test_a_seed_names_one_run() -> None:
    first, second, other = (Simulation(System(0.01, 0.01, 0, 4, 4, 2), 50, seed).run(200) for seed in (1, 1, 2))
    assert first.latencies == second.latencies != other.latencies


@pytest.mark.parametrize("rate", RATES)
def test_the_paper_says_what_is_simulated(rate: float) -> None:
    need, run = needs(rate, EACH), simulated(rate, EACH, requests=4000)

    # The paper has no waiting for the database's cores in it, which are busy for three fifths of the time.
    assert need.busy * 0.85 < run.environments.at_work(rate) < need.busy * 1.5
    assert need.server_connections * 0.85 < run.connections.at_work(rate) < need.server_connections * 3
    assert run.environments.most <= need.environments + 2


@pytest.mark.parametrize(("mean", "most"), [(0.001, 1), (1, 7), (100, 145)])
def test_as_many_environments_are_kept_as_are_nearly_ever_needed(mean: float, most: int) -> None:
    assert most_at_once(mean) == pytest.approx(most, abs=2)


def test_a_request_takes_as_long_as_the_share_of_its_memory_lets_it() -> None:
    assert EACH.billed_s == pytest.approx(0.003 * 1769 / 1024 + 0.001 + 0.001)
    assert Costs(0.003, 0.001, 0.001, 3008).billed_s == pytest.approx(0.005)


def test_the_walls_are_in_the_order_in_which_they_are_met() -> None:
    found = walls(EACH)
    assert list(found.values()) == sorted(found.values())
    assert next(iter(found.values())) == prices.THROTTLE_RATE
    assert found["Lambda, 1000 environments at work"] * EACH.billed_s == pytest.approx(1000)


def test_dollars_are_those_of_the_requests_and_of_the_database() -> None:
    month, on_a_quarter = needs(10, EACH), Costs(0.003, 0.004, 0.001, 1024)
    requests = 10 * prices.SECONDS_OF_A_MONTH / 1e6 * sum(dollars_of_a_million(on_a_quarter).values())
    assert month.dollars == pytest.approx(requests + 0.25 * 730 * prices.NEON_CU_HOUR)


def test_the_small_end_agrees_with_what_was_measured_under_load() -> None:
    """Of what was measured last: the simulation has processor times alone, and may be faster than the machine."""
    users = read_users()
    for rate, measured in latencies(users).items():
        run = simulated_here(rate, requests=4000)
        ms = sorted(run.latencies)[len(run.latencies) // 2] * 1000
        busy = rate * sum(processor_times(users)[rate].values())

        assert run.cores.area / run.now >= busy * 0.8
        assert 1 / 3 < ms / measured.median < 3, (rate, ms, measured.median)
    assert 0.5 < greatest_simulated() / greatest_answered(users) < 2
    assert costs(users).function_s > 0
