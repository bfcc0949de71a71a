"""What one request costs, from what was measured under load: docs/performance/users.json."""

from pathlib import Path

from benchmarks.report.figures import Figures
from benchmarks.report.file import from_json
from benchmarks.report.page import RESULTS
from benchmarks.report.result import Bars, Lines, Result
from benchmarks.scale.paper import Costs
from local import ROOT
from local.template import read_template

# Between a function and Neon in the same region; an assumption.
TRAVEL_S = 0.001


def read_users(directory: Path = RESULTS) -> Result:
    """The measured load."""
    return from_json((directory / "users.json").read_text())


def processor_times(users: Result) -> dict[float, dict[str, float]]:
    """Seconds of processor time of a request, by the rate and by what the processes are."""
    name = "Processor time of a request at "
    return {
        rate_of(part): {process: figures.median / 1000 for process, figures in part.figures.items()}
        for part in users.parts
        if isinstance(part, Bars) and part.title.startswith(name)
    }


def latencies(users: Result) -> dict[float, Figures]:
    """Milliseconds of all kinds of requests, by the rate: their percentiles."""
    found = (part for part in users.parts if isinstance(part, Bars) and part.title.startswith("Latency at "))
    return {rate_of(part): part.figures["all"] for part in found}


def greatest_answered(users: Result) -> float:
    """The most answers a second of the ramp."""
    (ramp,) = (part for part in users.parts if isinstance(part, Lines) and part.title.startswith("Answers over"))
    return max(point.figures.median for point in ramp.series["answered"])


def costs(users: Result, memory_mb: int | None = None) -> Costs:
    """At the highest of the rates that were held; with the memory of the template unless other is given."""
    times = processor_times(users)
    each = times[max(times)]
    functions = {route.function.memory_mb for route in read_template(ROOT / "template.yaml").routes}
    return Costs(each["functions"], each["database"], TRAVEL_S, memory_mb or max(functions))


def rate_of(part: Bars) -> float:
    return float(part.title.removesuffix(" requests a second").split()[-1])
