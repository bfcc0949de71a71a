"""docs/performance.md and its pictures are what the results say, and nobody has written into them."""

import pytest

from benchmarks.report.file import read_results, to_json
from benchmarks.report.page import PAGE, RESULTS, pages_files
from benchmarks.report.result import Result

FOUND = read_results(RESULTS)


def test_the_page_and_its_pictures_are_made_from_the_results() -> None:
    made = dict(pages_files(FOUND))
    assert PAGE.read_text() == made.pop(PAGE.name), "docs/performance.md: python -m benchmarks.report.page writes it"
    assert {path.name: path.read_text() for path in RESULTS.glob("*.svg")} == made


@pytest.mark.parametrize("result", FOUND, ids=lambda result: result.name)
def test_a_result_lies_under_its_name_as_it_would_be_written(result: Result) -> None:
    assert (RESULTS / f"{result.name}.json").read_text() == to_json(result)


def test_there_is_nothing_else_beside_the_results() -> None:
    assert FOUND
    assert {path.suffix for path in RESULTS.iterdir()} == {".json", ".svg"}
