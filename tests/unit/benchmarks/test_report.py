"""What a comparison found survives its file, and is drawn and written the same each time."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.report.axis import axis_over
from benchmarks.report.figures import Figures
from benchmarks.report.file import from_json, read_results, to_json, write_result
from benchmarks.report.machine import Machine
from benchmarks.report.page import pages_files, write_page
from benchmarks.report.result import Bars, Lines, Part, Point, Result
from benchmarks.report.svg import draw
from benchmarks.report.tables import table

MACHINE = Machine("A <fast> one & more", 2, "Linux 6.1", "3.13.0", "18.6", "20.1.0")
BARS = Bars(
    "Near & far",
    "ms",
    {"a bare handler": Figures.of([1, 2, 3]), "this project": Figures.of([2.5, 4.25, 6])},
    "a bare handler",
    note="A note.",
)
COUNTS = Bars("Trips", "", {"one": Figures.of([1]), "other": Figures.of([4])})
LINES = Lines(
    "Rows",
    "ms",
    "rows",
    {
        "list": (Point(1000, Figures.of([1, 1.5])), Point(1_000_000, Figures.of([20, 30]))),
        "get": (Point(1000, Figures.of([1])),),
    },
    log_x=True,
    log_y=True,
)
RESULT = Result("near", "Near", 1, "What.", 3, (BARS, COUNTS, LINES), MACHINE, "2026-01-01")


def elements(part: Part, kind: str) -> list[ET.Element]:
    drawn = ET.fromstring(draw(part))  # noqa: S314  # our own
    return [element for element in drawn.iter() if element.tag.endswith(f"}}{kind}")]


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_result(RESULT, tmp_path)
    assert read_results(tmp_path) == [RESULT]


def test_a_timing_is_kept_to_four_digits_and_in_one_line() -> None:
    part = Bars("T", "ms", {"a": Figures.of([1.23456, 123456.7])})
    text = to_json(Result("n", "N", 1, "W", 2, (part,), MACHINE, "2026-01-01"))
    assert '"values": [1.235, 123500]' in text
    assert to_json(from_json(text)) == text


def test_results_come_in_the_order_of_the_page(tmp_path: Path) -> None:
    for name, order in (("a", 2), ("b", 1)):
        write_result(Result(name, name, order, "W", 3, (BARS,), MACHINE, "2026-01-01"), tmp_path)
    assert [result.name for result in read_results(tmp_path)] == ["b", "a"]


@pytest.mark.parametrize("part", [BARS, COUNTS, LINES], ids=lambda part: part.title)
def test_a_picture_is_well_formed_and_the_same_each_time(part: Part) -> None:
    assert elements(part, "text")
    assert draw(part) == draw(part)


def test_a_picture_names_every_variant_with_its_median() -> None:
    texts = {element.text for element in elements(BARS, "text")}
    assert {"a bare handler", "this project", "2", "4.25"} <= texts


def test_a_bar_is_as_long_as_its_median() -> None:
    rects = elements(BARS, "rect")
    bare, ours = (float(element.attrib["width"]) for element in rects)
    assert ours / bare == pytest.approx(4.25 / 2, rel=0.01)
    assert [element.attrib["class"] for element in rects] == ["bar", "ours"]


def test_a_ratio_is_taken_round_by_round() -> None:
    assert BARS.figures["this project"].ratios(BARS.figures["a bare handler"]).values == (2.5, 2.125, 2)
    assert "| this project | 4.25 | 5.83 | 2.5-6 | 2.12 (2.06-2.31) |" in table(BARS)


def test_a_number_without_rounds_has_no_spread() -> None:
    assert table(COUNTS) == "| | number |\n| --- | --- |\n| one | 1 |\n| other | 4 |\n"


def test_a_place_that_a_series_does_not_have_is_empty() -> None:
    assert "| 1,000,000 | 25 | |" in table(LINES)


@pytest.mark.parametrize("highest", [0.003, 0.9, 1, 4, 7, 12, 87, 1457, 10_000_000])
def test_an_axis_ends_at_a_round_number_above_all_values(highest: float) -> None:
    axis = axis_over([0, highest], 0, 100)
    assert axis.high >= highest
    assert 3 <= len(axis.ticks()) <= 9
    assert axis.place(axis.ticks()[-1]) == pytest.approx(100)


def test_a_picture_of_what_is_no_longer_measured_goes(tmp_path: Path) -> None:
    results, page = tmp_path / "performance", tmp_path / "performance.md"
    write_result(RESULT, results)
    (results / "old.svg").write_text("")
    write_page(results, page)
    assert {path.name for path in results.glob("*.svg")} == {"near-near-far.svg", "near-trips.svg", "near-rows.svg"}
    assert page.read_text() == pages_files([RESULT])["performance.md"]
    assert "](performance/near-rows.svg)" in page.read_text()
