"""A built function under AWS's own runtime, as tests start it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from local.build import packages as build
from local.build.rie import BuiltFunction, Emulator, EmulatorError, emulated, emulator_program
from local.replay.events import Event, event_files, read_event
from local.template import read_template
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.e2e.packages import LAYERS, NEEDS_RUNTIME, Artifacts
from tests.unit.template.source import ROOT, functions_of, load_template

SAM_ENVIRONMENT = ROOT / ".venv-sam"
FUNCTIONS = functions_of(load_template())
TEMPLATE = read_template(ROOT / "template.yaml")
EVENTS = [read_event(path, TEMPLATE) for path in event_files()]
NO_VALUE = {"Ref": "AWS::NoValue"}
DATABASE = "tasks_runtime"


def emulator_is_installed() -> bool:
    try:
        emulator_program(SAM_ENVIRONMENT)
    except EmulatorError:
        return False
    return True


EMULATED = [
    NEEDS_RUNTIME,
    pytest.mark.skipif(not emulator_is_installed(), reason="the SAM CLI is missing: make .venv-sam"),
]


class Start(Protocol):
    """Runs a built function with the settings that the template gives it, and these."""

    def __call__(self, name: str, **settings: str) -> AbstractContextManager[Emulator]: ...


def make_runtime(directory: Path) -> None:
    """An interpreter with what AWS puts under a function, and nothing else."""
    (python,) = runtime_in(directory)
    made = ["venv", "--quiet", "--allow-existing", "--python", sys.executable, str(directory)]
    # With bytecode, as AWS has it: a function under it may write none, and would compile the libraries at each start.
    filled = ["pip", "install", "--quiet", "--compile-bytecode", "--python", python, "--require-hashes"]
    filled += ["-r", "requirements-runtime.txt"]
    for arguments in (made, filled):
        subprocess.run([build._uv(), *arguments], cwd=ROOT, check=True)


def runtime_in(directory: Path) -> tuple[str, ...]:
    """The command of the interpreter that was made there."""
    return (str(directory / "bin" / "python"),)


def starter(native: Artifacts, runtime: tuple[str, ...], directory: Path) -> Start:
    """Runs functions of this package; their logs go into the directory."""

    @contextmanager
    def started(name: str, **settings: str) -> Iterator[Emulator]:
        layers = tuple(native.directory / layer for layer in LAYERS)
        function = BuiltFunction(FUNCTIONS[name]["Handler"], native.directory / name, layers)
        log = directory / f"{name}-{len(list(directory.iterdir()))}.log"
        environment = settings_of(name, settings)
        with emulated(function, environment, sam_environment=SAM_ENVIRONMENT, runtime=runtime, log=log) as emulator:
            yield emulator

    return started


def settings_of(name: str, given: dict[str, str]) -> dict[str, str]:
    """Less what the template takes from this function."""
    settings = {
        "AWS_SAM_LOCAL": "true",  # so that the development secret is accepted, as it is under sam local
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(FUNCTIONS[name].get("Timeout", 10)),
        "POWERTOOLS_METRICS_NAMESPACE": "TasksApi",
        "AUTH_SECRET": DEVELOPMENT_SECRET,
        **given,
    }
    variables = FUNCTIONS[name].get("Environment", {}).get("Variables", {})
    return {setting: value for setting, value in settings.items() if variables.get(setting) != NO_VALUE}


def event(name: str) -> Event:
    return next(found for found in EVENTS if found.path.stem == name)
