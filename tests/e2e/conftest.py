"""The package, built once for all tests that open it or run it; and how long it took to start."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from local.postgres.server import EmbeddedPostgres
from local.replay.events import reset
from tests.conftest import OWNER, login_url
from tests.e2e.packages import NATIVE, Artifacts, Project
from tests.e2e.runtime import DATABASE, Start, make_runtime, runtime_in, starter
from tests.once import made_once

FIGURES = "figures under AWS's runtime"


@pytest.fixture
def show_figures(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Takes a line to show when the tests are done; it goes with the test's report, from whichever process."""
    return partial(record_property, FIGURES)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.getreports("passed")
    if lines := [line for report in reports for name, line in report.user_properties if name == FIGURES]:
        terminalreporter.section("under AWS's runtime, on this machine")
        for line in lines:
            terminalreporter.write_line(str(line))


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def native(tmp_path_factory: pytest.TempPathFactory) -> Artifacts:
    """The package for this machine, of a project that nobody edits."""

    def build(directory: Path) -> None:
        built = Project(directory / "project").build(NATIVE)
        (directory / "artifacts").symlink_to(built.directory)

    made = made_once(tmp_path_factory, "native", build)
    return Artifacts((made / "artifacts").resolve())


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    return runtime_in(made_once(tmp_path_factory, "runtime", make_runtime))


@pytest.fixture(scope="session")
def start(native: Artifacts, runtime: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Start:
    return starter(native, runtime, tmp_path_factory.mktemp("logs"))


@pytest.fixture(scope="session")
def database(postgres: EmbeddedPostgres, migrated_template: str) -> str:
    """As the functions log in to it."""
    postgres.create_database(DATABASE, OWNER, template=migrated_template)
    return login_url(postgres, DATABASE)


@pytest.fixture
def seeded(postgres: EmbeddedPostgres, database: str) -> str:
    """The database of packaged functions, with the rows that events are replayed against."""
    reset(postgres.url(DATABASE))
    return database
