"""`make bench`: comparisons in one run, as JSON, pictures and a page; printed as Markdown too."""

import argparse
import pkgutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from benchmarks import comparisons
from benchmarks.report.file import from_json, write_result
from benchmarks.report.page import PAGE, RESULTS, section, write_page

COMPARISONS = sorted(module.name for module in pkgutil.iter_modules(comparisons.__path__))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Compare this project with the usual.")
    parser.add_argument("--only", choices=COMPARISONS, nargs="+", help="some of them; otherwise all but the long ones")
    parser.add_argument("--rounds", type=int, default=15, help="how often each variant has its turn (default: 15)")
    parser.add_argument("--output", type=Path, help="a directory for page and results other than docs")
    given = parser.parse_args(arguments)
    results = given.output / RESULTS.name if given.output else RESULTS
    for name in given.only or [name for name in COMPARISONS if not is_long(name)]:
        result = import_module(f"{comparisons.__name__}.{name}").measure(given.rounds)
        written = write_result(result, results)
        write_page(results, given.output / PAGE.name if given.output else PAGE)
        print(section(from_json(written.read_text())), flush=True)


def is_long(name: str) -> bool:
    """A module that says `LONG = True` takes many minutes."""
    return bool(getattr(import_module(f"{comparisons.__name__}.{name}"), "LONG", False))


if __name__ == "__main__":
    main()
