"""`make bench`: everybody who is compared answers what is measured, and each comparison runs, in one round."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from benchmarks.__main__ import COMPARISONS, is_long, main
from benchmarks.comparisons import cold, runtime, scale, sync, trips, warm
from benchmarks.contenders import ALL, BARE, OURS, OURS_UNLIMITED, Contender, here, site_packages
from benchmarks.database import Database, seeded_database
from benchmarks.package import Package
from benchmarks.report.file import read_results
from benchmarks.report.result import Bars, Result
from benchmarks.starters import starter
from benchmarks.workers import worker
from local import ROOT
from tests.e2e.packages import LAYERS, Artifacts
from tests.e2e.runtime import EMULATED

pytestmark = EMULATED
# The long ones have parts that are tested by themselves.
DIFFERENT = [contender for contender in ALL if contender is not OURS_UNLIMITED]
SHORT = [name for name in COMPARISONS if not is_long(name)]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with seeded_database() as database:
        yield database


@pytest.fixture
def package(native: Artifacts) -> Package:
    """With the libraries of this environment where a benchmark would compile those of the layer once more."""
    libraries, shared = (native.directory / layer for layer in LAYERS)
    installed = site_packages(ROOT / ".venv")
    return Package(native.directory / "ListTasksFunction", shared, libraries, installed, installed)


def demand(contender: Contender) -> None:
    if missing := contender.why_not_here():
        pytest.skip(f"{contender.name}: {missing}")


@pytest.mark.parametrize("contender", DIFFERENT, ids=lambda contender: contender.name)
def test_a_contender_creates_task_after_task(contender: Contender, database: Database) -> None:
    demand(contender)
    with worker(contender, "create", database) as asked:
        assert len(asked.ask(2)) == 2


@pytest.mark.parametrize("contender", DIFFERENT, ids=lambda contender: contender.name)
def test_a_contender_lists_from_its_package(contender: Contender, package: Package, database: Database) -> None:
    demand(contender)
    assert starter(contender, package, database).start() > 0


def test_an_answer_that_is_another_is_not_measured(database: Database) -> None:
    with worker(BARE, "list of 100", database) as asked, pytest.raises(RuntimeError, match="not what is measured"):
        asked.ask(1)


def test_who_is_not_here_is_left_out_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    absent = Contender("absent", "absent", environment=tmp_path / ".venv-absent")
    assert here((BARE, absent)) == [BARE]
    assert "absent is left out: it needs .venv-absent" in capsys.readouterr().err


@pytest.fixture
def small(
    package: Package, database: Database, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One database for all comparisons, few contenders, and what the tests have built already."""
    for comparison in (cold, runtime, sync, trips, warm):
        monkeypatch.setattr(comparison, "seeded_database", lambda: nullcontext(database))
    monkeypatch.setattr(cold, "_CONTENDERS", (BARE,))
    monkeypatch.setattr(trips, "_CONTENDERS", (BARE, OURS))
    monkeypatch.setattr(warm, "ALL", (BARE,))
    for comparison in (cold, runtime):
        monkeypatch.setattr(comparison, "build_package", lambda _: package)
    monkeypatch.setattr(runtime, "make_runtime", lambda _: None)
    monkeypatch.setattr(runtime, "runtime_in", lambda _: request.getfixturevalue("runtime"))
    monkeypatch.setattr(cold, "evict", lambda _: None)
    monkeypatch.setattr(scale, "_SIMULATED", 4000)


@pytest.mark.parametrize("name", SHORT)
def test_a_comparison_runs_in_one_round(name: str, small: None, tmp_path: Path) -> None:
    main(["--only", name, "--rounds", "1", "--output", str(tmp_path)])

    (result,) = read_results(tmp_path / "performance")
    assert result.name == name
    assert f"\n## {result.title}\n" in (tmp_path / "performance.md").read_text()
    assert all(figures.lowest > 0 for part in bars_of(result) for figures in part.figures.values())
    counted = [part for part in bars_of(result) if part.title == "A list, connected"]
    assert [trips_in(part) for part in counted] == [{BARE.name: 1, OURS.name: 1}] * (name == "trips")


def bars_of(result: Result) -> list[Bars]:
    return [part for part in result.parts if isinstance(part, Bars)]


def trips_in(part: Bars) -> dict[str, float]:
    return {name: figures.median for name, figures in part.figures.items()}
