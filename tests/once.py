"""What is dear to make and only read afterwards: made by the first test process of a run that wants it, for all."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A directory that `make` has filled; a process that wants it meanwhile waits."""
    directory = directory_of_the_run(factory) / name
    with directory.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = directory / ".made"
        if not done.exists():
            shutil.rmtree(directory, ignore_errors=True)  # what one that failed has left
            directory.mkdir()
            make(directory)
            done.touch()
    return directory


def directory_of_the_run(factory: pytest.TempPathFactory) -> Path:
    """One directory for all processes: pytest-xdist gives each of its own one below it."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
