"""What a rate of requests takes, by arithmetic: Little's law, and shares of processor time."""

import math
from dataclasses import dataclass, replace

from benchmarks.scale import prices

# Cores of a database that are asked for more than that make requests wait for each other.
MOST_BUSY = 0.6
# An environment is kept for minutes, so there are as many as all but the busiest hundred-thousandth of the time needs.
_NEARLY_ALWAYS = 0.99999
_ANSWER_GB, _LOG_GB = 1e-6, 1.6e-6
_COLD_PART, _INIT_S = 0.01, 0.6


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one request of the mix."""

    function_s: float
    """Of a whole core's time."""
    database_s: float
    """Likewise."""
    travel_s: float
    """There and back to the database."""
    memory_mb: int

    @property
    def billed_s(self) -> float:
        """In an environment whose share of a core is that of its memory."""
        share = min(1.0, self.memory_mb / prices.MB_OF_ONE_CORE)
        return self.function_s / share + self.database_s + self.travel_s


@dataclass(frozen=True, slots=True)
class Needs:
    rate: float
    busy: float
    """Environments at work, on average."""
    environments: int
    """That are there, each with a connection to the pooler."""
    server_connections: float
    """At work, on average."""
    compute_units: float
    dollars: float
    """A month of this rate, day and night."""


def needs(rate: float, costs: Costs) -> Needs:
    units = max(prices.NEON_LEAST_CU, rate * costs.database_s / MOST_BUSY)
    each = on_units(costs, units)
    busy = rate * each.billed_s
    return Needs(rate, busy, most_at_once(busy), rate * each.database_s, units, _dollars(rate, each, units))


def on_units(costs: Costs, units: float) -> Costs:
    """On less than a core a batch takes longer."""
    return replace(costs, database_s=costs.database_s / min(1.0, units))


def most_at_once(mean: float) -> int:
    """Of arrivals that know nothing of each other, nearly always: a quantile of Poisson's distribution."""
    number, passed = -1, 0.0
    while passed < _NEARLY_ALWAYS:
        number += 1
        passed += math.exp(number * math.log(mean) - mean - math.lgamma(number + 1))
    return number


def dollars_of_a_million(costs: Costs) -> dict[str, float]:
    """By what they are for, but for the database, which bills by time."""
    gigabytes = costs.memory_mb / 1024
    return {
        "Lambda, requests": 1e6 * prices.LAMBDA_REQUEST,
        "Lambda, warm": 1e6 * gigabytes * costs.billed_s * prices.LAMBDA_GB_S,
        "Lambda, cold": 1e6 * _COLD_PART * gigabytes * _INIT_S * prices.LAMBDA_GB_S,
        "HTTP API": 1e6 * prices.API_REQUEST,
        "data out": 1e6 * _ANSWER_GB * prices.OUT_GB,
        "logs": 1e6 * _LOG_GB * (prices.LOG_GB + prices.LOG_GB_MONTH),
    }


def walls(costs: Costs) -> dict[str, float]:
    """The rate at which each limit is reached, the nearest first."""
    found = {
        "ThrottleRate of the template (100)": prices.THROTTLE_RATE,
        "API Gateway, 10 000 a second": prices.API_RATE,
        "Lambda, 1000 environments at work": prices.LAMBDA_CONCURRENCY / costs.billed_s,
        "pooler, 10 000 clients": prices.POOLER_CLIENTS / costs.billed_s,
        "pooler, 3600 server connections": prices.POOLER_PART * prices.MOST_CONNECTIONS / costs.database_s,
        "database, 16 CU (scaled by itself)": MOST_BUSY * prices.NEON_SCALED_CU / costs.database_s,
        "database, 56 CU (the largest)": MOST_BUSY * prices.NEON_LARGEST_CU / costs.database_s,
    }
    return dict(sorted(found.items(), key=lambda wall: wall[1]))


def _dollars(rate: float, costs: Costs, units: float) -> float:
    requests = rate * prices.SECONDS_OF_A_MONTH
    beyond = max(0.0, requests - prices.API_BEYOND) * (prices.API_REQUEST - prices.API_REQUEST_BEYOND)
    database = units * prices.HOURS_OF_A_MONTH * prices.NEON_CU_HOUR
    return requests / 1e6 * sum(dollars_of_a_million(costs).values()) - beyond + database
