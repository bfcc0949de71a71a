"""`make load`: many users at once, for as long and at the rates that are given; into docs/performance."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.comparisons.users import Plan, measure_plan
from benchmarks.report.file import write_result
from benchmarks.report.page import PAGE, RESULTS, section, write_page
from benchmarks.report.result import Bars


def main(arguments: Sequence[str] | None = None) -> None:
    usual = Plan()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description="Requests of many users at once.")
    parser.add_argument("--users", type=int, default=usual.users)
    parser.add_argument("--tasks", type=int, default=usual.tasks, help="of each user")
    parser.add_argument("--workers", type=int, default=usual.workers, help="requests that are served at once")
    parser.add_argument("--rates", type=float, nargs="+", default=usual.rates, help="requests a second")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="at each rate")
    parser.add_argument("--ramp", type=float, nargs="*", default=usual.ramp, help="rates, rising; none: no ramp")
    parser.add_argument("--ramp-seconds", type=float, default=usual.ramp_seconds, help="at each of these")
    parser.add_argument("--output", type=Path, help="a directory for page and result other than docs")
    given: dict[str, Any] = vars(parser.parse_args(arguments))
    output = given.pop("output")
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    result = measure_plan(Plan(**given | lists))
    results = output / RESULTS.name if output else RESULTS
    write_result(result, results)
    write_page(results, output / PAGE.name if output else PAGE)
    print(section(result), flush=True)
    counts = [part.figures.get("faults") for part in result.parts if isinstance(part, Bars)]
    if any(count.median for count in counts if count):
        raise SystemExit("some requests were not answered as expected")


if __name__ == "__main__":
    main()
