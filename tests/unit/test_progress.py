import io

import pytest
from _pytest.terminal import TerminalReporter

from tests.progress import SECONDS_BETWEEN_LINES_OF_A_LOG, Progress, is_wanted


class Screen(io.StringIO):
    terminal = False

    def isatty(self) -> bool:
        return self.terminal


class Run:
    """Some tests that begin and end, and what is said of them."""

    def __init__(self, config: pytest.Config, *, terminal: bool) -> None:
        self.screen, self.seconds = Screen(), 0.0
        self.screen.terminal = terminal
        self.progress = Progress(TerminalReporter(config, self.screen), lambda: self.seconds)

        class Session:
            testscollected = 3

        self.progress.pytest_sessionstart(Session())  # type: ignore[arg-type]

    def test(self, name: str, outcome: str = "passed", seconds: float = 0.0) -> None:
        self.progress.pytest_runtest_logstart(name)
        self.seconds += seconds
        report = pytest.TestReport(name, ("", 0, ""), {}, outcome, None, "call")  # type: ignore[arg-type]
        self.progress.pytest_runtest_logreport(report)
        self.progress.pytest_runtest_logfinish(name)


def test_a_log_gets_a_line_now_and_then_and_no_carriage_return(pytestconfig: pytest.Config) -> None:
    run = Run(pytestconfig, terminal=False)
    run.test("one")
    run.test("two", seconds=SECONDS_BETWEEN_LINES_OF_A_LOG + 50)
    run.test("three")
    run.progress.pytest_sessionfinish()

    assert run.screen.getvalue().splitlines() == ["2/3 done, 0 failed, 1:10", "3/3 done, 0 failed, 1:10"]
    assert "\r" not in run.screen.getvalue()


def test_a_failure_is_said_at_once_and_once(pytestconfig: pytest.Config) -> None:
    run = Run(pytestconfig, terminal=False)
    run.test("one", "failed")
    run.test("one", "failed")

    assert run.screen.getvalue().splitlines() == ["FAILED one"]


def test_a_terminal_sees_what_runs_in_a_line_that_is_overwritten(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    run = Run(pytestconfig, terminal=True)
    run.progress.pytest_runtest_logstart("slow")
    run.test("two" * 40)

    assert "\n" not in run.screen.getvalue()
    first, *_, last = [line.rstrip() for line in run.screen.getvalue().split("\r") if line]
    assert first == "0/3 done, 0 failed, 0:00  slow"
    assert last == "1/3 done, 0 failed, 0:00  slow"
    assert all(len(line) < 60 for line in run.screen.getvalue().split("\r"))


def test_the_summary_has_the_words_that_the_screen_had_not(pytestconfig: pytest.Config) -> None:
    progress = Run(pytestconfig, terminal=False).progress
    assert status_of(progress) == ("failed", "", "")
    progress.pytest_sessionfinish()
    assert status_of(progress) == ("failed", "F", "FAILED")


def status_of(progress: Progress) -> object:
    asking = progress.pytest_report_teststatus()
    next(asking)
    with pytest.raises(StopIteration) as answer:
        asking.send(("failed", "F", "FAILED"))
    return answer.value.value


@pytest.mark.parametrize("option", [("verbose", 1), ("verbose", -1), ("usepdb", True), ("capture", "no")])
def test_where_pytest_is_asked_to_tell_in_its_own_way_it_does(
    option: tuple[str, object], pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pytestconfig.option, *option)
    assert not is_wanted(pytestconfig)
