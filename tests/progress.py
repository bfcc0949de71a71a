"""What a run of the tests is doing: a line that a terminal overwrites, and that a log gets now and then.

It takes the place of pytest's letters; where others are asked for (-v, -q, -s, --pdb) it keeps away.
"""

import shutil
import time
from collections.abc import Callable, Generator

import pytest

SECONDS_BETWEEN_LINES_OF_A_LOG = 20
Status = tuple[str, str, str | tuple[str, dict[str, bool]]]


def is_wanted(config: pytest.Config) -> bool:
    asked = config.option
    others = asked.verbose or asked.usepdb or asked.capture == "no" or asked.collectonly
    return not others and config.pluginmanager.has_plugin("terminalreporter")


class Progress:
    """Hears of every test, whichever process runs it."""

    def __init__(self, reporter: pytest.TerminalReporter, now: Callable[[], float] = time.monotonic) -> None:
        self._reporter = reporter
        self._now = now
        self._begun = self._told = now()
        self._done = 0
        self._ended = False
        self._failed: dict[str, None] = {}
        self._running: dict[str, None] = {}
        reporter.showfspath = False

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self) -> Generator[None, Status, Status]:
        """Each test counts as it did, and is no letter on the screen; the summary at the end has its words."""
        status = yield
        return status if self._ended else (status[0], "", "")

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._session = session

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._running[nodeid] = None
        self._tell()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.nodeid not in self._failed:
            self._failed[report.nodeid] = None
            self._write(f"FAILED {report.nodeid}")

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._running.pop(nodeid, None)
        self._done += 1
        self._tell()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        self._ended = True
        self._write(self._line())

    def _tell(self) -> None:
        if self._reporter.isatty():
            width = shutil.get_terminal_size().columns - 1
            self._reporter.rewrite(self._line()[:width], erase=True)
        elif self._now() - self._told >= SECONDS_BETWEEN_LINES_OF_A_LOG:
            self._write(self._line())

    def _write(self, line: str) -> None:
        """A line that stays."""
        self._told = self._now()
        if self._reporter.isatty():
            self._reporter.rewrite(line, erase=True)
            self._reporter.write("\n")
        else:
            self._reporter.write_line(line)

    def _line(self) -> str:
        minutes, seconds = divmod(int(self._now() - self._begun), 60)
        counts = f"{self._done}/{self._session.testscollected} done, {len(self._failed)} failed, {minutes}:{seconds:02}"
        return "  ".join([counts, *self._running])
