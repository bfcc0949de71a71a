"""The package, built once for all tests that open it or run it; and how long it took to start."""

import pytest

from tests.e2e.packages import NATIVE, Artifacts, Project
from tests.unit.template.source import ROOT

FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture
def runtime_figures(pytestconfig: pytest.Config) -> list[str]:
    """Lines to show when the tests are done."""
    return pytestconfig.stash.setdefault(FIGURES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if lines := config.stash.get(FIGURES, []):
        terminalreporter.section("under AWS's runtime, on this machine")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    if not (ROOT / ".venv-sam" / "bin" / "sam").exists():
        pytest.fail("aws-sam-cli is not installed: make .venv-sam")
    return Project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def native(project: Project) -> Artifacts:
    return project.build(NATIVE)
