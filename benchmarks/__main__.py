"""`make bench`: every comparison in one run, printed as Markdown."""

import argparse
import tempfile
from pathlib import Path

from benchmarks import cold_start, verification, warm_request
from benchmarks.measure import machine


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Compare this project with the usual.")
    parser.add_argument("--rounds", type=int, default=15, help="how often each variant has its turn (default: 15)")
    rounds = parser.parse_args().rounds
    print(f"{machine()}; {rounds} rounds by turns\n")
    with tempfile.TemporaryDirectory(prefix="tasks-bench-") as directory:
        print(cold_start.report(rounds, Path(directory)), flush=True)
    print(verification.report(rounds), flush=True)
    print(warm_request.report(rounds), flush=True)


if __name__ == "__main__":
    main()
