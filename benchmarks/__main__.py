"""`make bench`: every comparison in one run, printed as Markdown."""

import argparse
import tempfile
from pathlib import Path

from benchmarks import cold_start, first_answer, verification, warm_request
from benchmarks.measure import machine
from benchmarks.package import build_package


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Compare this project with the usual.")
    parser.add_argument("--rounds", type=int, default=15, help="how often each variant has its turn (default: 15)")
    rounds = parser.parse_args().rounds
    print(f"{machine()}; {rounds} rounds by turns\n")
    with tempfile.TemporaryDirectory(prefix="tasks-bench-") as directory:
        package = build_package(Path(directory))
        print(cold_start.report(rounds, package, Path(directory)), flush=True)
        print(first_answer.report(rounds, package), flush=True)
    print(verification.report(rounds), flush=True)
    print(warm_request.report(rounds), flush=True)


if __name__ == "__main__":
    main()
