"""What docs/operations.md quotes of the measurements is what was measured last."""

import re
from collections.abc import Iterator, Mapping

import pytest

from benchmarks.report.figures import Figures
from benchmarks.report.file import read_results
from benchmarks.report.page import RESULTS
from benchmarks.report.result import Bars
from local import ROOT

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
# As its columns stand; the last is a sum, the others ratios to the largest.
OF_MEMORY = (
    "Cold start: spawn to first answer",
    "A warm list of 50, alone",
    "Warm lists of 50, one straight after the other",
    "A million requests",
)


def bars(name: str, title: str) -> Bars:
    (result,) = (each for each in read_results(RESULTS) if each.name == name)
    (found,) = (part for part in result.parts if isinstance(part, Bars) and part.title == title)
    return found


def figure(name: str, title: str, variant: str) -> float:
    (found,) = (each for known, each in bars(name, title).figures.items() if known.startswith(variant))
    return found.median


def quoted(pattern: str) -> list[float]:
    (found,) = re.findall(pattern, OPERATIONS)
    return [float(number.replace(" ", "")) for number in found]


def test_processor_time_of_a_request() -> None:
    title = "Processor time of a request at 200 requests a second"
    measured = [figure("users", title, kind) for kind in ("functions", "database")]

    assert quoted(r"takes ([\d.]+) ms of a core in its function and ([\d.]+) ms in the database") == pytest.approx(
        measured, rel=0.03
    )


def test_where_the_database_ends() -> None:
    measured = [figure("scale", "First walls", f"database, {units} CU") for units in (16, 56)]

    assert quoted(r"some ([\d ]+) a second where .*? \(16 CU\), some ([\d ]+) on the largest") == pytest.approx(
        measured, rel=0.03
    )


def rows_of_memory() -> Iterator[tuple[str, list[float]]]:
    for row in re.findall(r"^\| (\d+ MB) \|(.*)\|$", OPERATIONS, re.MULTILINE):
        yield row[0], [float(cell) for cell in row[1].split("|")]


def test_the_memory_of_a_function() -> None:
    parts = [bars("memory", title) for title in OF_MEMORY]
    assert [size for size, _ in rows_of_memory()] == list(parts[0].figures)
    for size, cells in rows_of_memory():
        *ratios, dollars = [_of(part.figures, size, relative=part is not parts[-1]) for part in parts]
        assert cells == pytest.approx([*ratios, dollars], rel=0.06), size


def _of(figures: Mapping[str, Figures], size: str, *, relative: bool) -> float:
    largest = list(figures)[-1]
    return figures[size].ratios(figures[largest]).median if relative else figures[size].median
