"""The packaged list under AWS's own runtime client, by the interface emulator of the SAM CLI."""

import statistics
import tempfile
from itertools import islice
from pathlib import Path

from benchmarks.contenders import OURS
from benchmarks.database import Database, seeded_database
from benchmarks.exchanges import is_answered
from benchmarks.package import Package, build_package
from benchmarks.report.figures import Figures
from benchmarks.report.result import Bars, Result
from benchmarks.workers import requests_of
from local import ROOT
from local.build.rie import BuiltFunction, emulated
from tests.e2e.runtime import make_runtime, runtime_in

_LATER = 10
_INIT, _FIRST, _THEN = "this project, init", "this project, first request", "this project, later requests"
_MEASURED = f"""\
A list of 50 tasks. Init is everything up to the handler, and the connection is dialled meanwhile; of {_LATER} later
requests it is their median. The figures are the emulator's."""


def measure(rounds: int) -> Result:
    with tempfile.TemporaryDirectory(prefix="tasks-bench-") as made, seeded_database() as database:
        directory = Path(made)
        package, interpreter = build_package(directory), runtime_in(directory / "runtime")
        make_runtime(directory / "runtime")
        # All three from one start, which is a round.
        starts = [_start(package, interpreter, database, directory / "log") for _ in range(rounds + 1)][1:]
    figures = {name: Figures.of(start[name] for start in starts) for name in (_INIT, _FIRST, _THEN)}
    part = Bars("Init, first request and later ones", "ms", figures)
    return Result(
        name="runtime", title="Under AWS's runtime client", order=15, measured=_MEASURED, rounds=rounds, parts=(part,)
    )


def _start(package: Package, interpreter: tuple[str, ...], database: Database, log: Path) -> dict[str, float]:
    # Shared comes before the libraries, as in Lambda.
    function = BuiltFunction("functions.list_tasks.handler", package.function, (package.shared, package.libraries))
    # So that the development secret is accepted, as it is under sam local.
    environment = {"AWS_SAM_LOCAL": "true", "AWS_LAMBDA_FUNCTION_TIMEOUT": "10", **OURS.settings_for(database)}
    with emulated(function, environment, sam_environment=ROOT / ".venv-sam", runtime=interpreter, log=log) as emulator:
        for event in islice(requests_of(OURS, "list"), _LATER + 1):
            if not is_answered("list", answer := emulator.invoke(event)):
                raise RuntimeError(f"not what is measured: {answer}")
        first, *later = emulator.invoke_ms
        return {_INIT: emulator.init_ms[0], _FIRST: first, _THEN: statistics.median(later)}
