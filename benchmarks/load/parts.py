"""What runs have found, as parts of a result."""

from collections.abc import Mapping, Sequence

from benchmarks.load.run import Run
from benchmarks.load.sample import PERCENTILES, by_kind, faults, hundredths, over_time, percentile
from benchmarks.report.figures import Figures
from benchmarks.report.result import Bars, Lines, Part, Point

_INTERVALS = 20
_PER_KIND = "Each kind of request has a hundred values: the percentiles of its latencies."


def parts_of(run: Run) -> tuple[Part, ...]:
    """Of one rate: how many, how long for each kind, how long over time, and with how much memory."""
    at = f"at {run.rate:g} requests a second"
    kinds = {kind: Figures(hundredths(latencies)) for kind, latencies in sorted(by_kind(run.samples).items())}
    everything = {"all": Figures(hundredths(sample.ms for sample in run.samples if not sample.fault))}
    return (
        Bars(f"Answers {at}", "", _counts(run)),
        Bars(f"Latency {at}", "ms", everything | kinds, note=_PER_KIND),
        Lines(f"Latency over time {at}", "ms", "seconds", _latency_over_time(run)),
        Lines(f"Memory over time {at}", "MB", "seconds", _memory(run)),
        Bars(f"Processor time of a request {at}", "ms", _cpu(run)),
    )


def parts_of_ramp(runs: Sequence[Run]) -> tuple[Part, ...]:
    """Over the rates, up to the first that was too much."""
    latency = {
        f"p{percent}": tuple(Point(run.rate, _one(percentile(_latencies(run), percent))) for run in runs)
        for percent in PERCENTILES
    }
    cores = {name: tuple(Point(run.rate, _one(run.cpu[name] / run.took)) for run in runs) for name in runs[0].cpu}
    free = {"free": tuple(Point(run.rate, _one(max(0.0, run.cores_free))) for run in runs)}
    answered = {"answered": tuple(Point(run.rate, _one(run.answered / run.took)) for run in runs)}
    rate = "requests a second"
    return (
        Lines("Latency over the rate", "ms", rate, latency, log_y=True),
        Lines("Answers over the rate", "a second", rate, answered),
        Lines("Cores in use over the rate", "cores", rate, cores | free, note="What is used up first gives first."),
    )


def is_too_much(run: Run) -> bool:
    """Requests come faster than they are answered, so that their wait has no bound but the end of the run."""
    return run.answered < len(run.samples) or percentile(_latencies(run), 95) > 1000


def _counts(run: Run) -> Mapping[str, Figures]:
    counts = {"due": len(run.samples), "answered as expected": run.answered, "faults": len(run.samples) - run.answered}
    return {name: _one(count) for name, count in (counts | faults(run.samples)).items()}


def _latency_over_time(run: Run) -> Mapping[str, tuple[Point, ...]]:
    intervals = over_time(run.samples, run.seconds / _INTERVALS)
    return {
        f"p{percent}": tuple(Point(begin, _one(percentile(values, percent))) for begin, values in intervals.items())
        for percent in PERCENTILES
    }


def _memory(run: Run) -> Mapping[str, tuple[Point, ...]]:
    step = max(1, len(run.memory) // _INTERVALS)
    return {
        name: tuple(Point(round(at), _one(memory[name])) for at, memory in run.memory[::step])
        for name in ("functions", "gateway")
    }


def _cpu(run: Run) -> Mapping[str, Figures]:
    return {name: _one(seconds * 1000 / len(run.samples)) for name, seconds in run.cpu.items()}


def _latencies(run: Run) -> list[float]:
    return sorted(sample.ms for sample in run.samples)


def _one(value: float) -> Figures:
    return Figures((float(value),))
