"""docs/performance.md and its pictures, made from the results: `python -m benchmarks.report.page`."""

import re
from collections.abc import Mapping
from pathlib import Path

from benchmarks.report.file import read_results
from benchmarks.report.result import Part, Result
from benchmarks.report.svg import draw
from benchmarks.report.tables import table
from local import ROOT

PAGE = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "docs" / "performance"

_INTRODUCTION = """\
<!-- Made by `make bench` from docs/performance/*.json; what is written here by hand is gone with the next run. -->
# Performance

What this project costs, beside the same endpoints written in other ways ([benchmarks/peers](../benchmarks/peers)).
`make bench` measures again, `make bench ONLY=warm` one of it, and both write this page; nothing is asserted.
Who cannot run on a machine, for want of Node 20 say, is left out there.

Variants have their turns one after the other in each round, so that what else the machine does falls on all alike.
A table has the median of the rounds, their 95th percentile, the lowest and the highest; and the ratio to one variant,
taken round by round, with the middle half of the rounds. A bar is a median, the line over it goes from the lowest to
the 95th percentile. They compare variants on one machine and promise nothing about another.
"""


def write_page(results: Path = RESULTS, page: Path = PAGE) -> None:
    """Write the page and all pictures; pictures of what is no longer measured go."""
    made = pages_files(read_results(results))
    for old in results.glob("*.svg"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (page if name == PAGE.name else results / name).write_text(text)


def pages_files(results: list[Result]) -> Mapping[str, str]:
    """The page and its pictures by their names."""
    pictures = {picture_name(result, part): draw(part) for result in results for part in result.parts}
    return {**pictures, PAGE.name: "\n".join([_INTRODUCTION, *map(section, results)])}


def section(result: Result) -> str:
    rounds = f"{result.rounds} round{'s' * (result.rounds > 1)}"
    where = f"Measured on {result.date}, {rounds}: {result.machine}."
    parts = [_part(part, picture_name(result, part)) for part in result.parts]
    return "\n".join([f"## {result.title}\n", f"{result.measured}\n", f"{where}\n", *parts])


def picture_name(result: Result, part: Part) -> str:
    return f"{result.name}-{re.sub(r'[^a-z0-9]+', '-', part.title.lower()).strip('-')}.svg"


def _part(part: Part, picture: str) -> str:
    shown = f"![{part.title}]({RESULTS.name}/{picture})\n"
    note = f"{part.note}\n" if part.note else ""
    return "\n".join(filter(None, [f"### {part.title}\n", shown, table(part), note]))


if __name__ == "__main__":
    write_page()
