"""A copy of the project, under git of its own, that shares the virtual environments: to be changed as a user would."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from local import ROOT
from local.npm import install
from local.quick.selection import PACKAGES
from tests.e2e.node import why_not_here
from tests.e2e.typescript.package import CLIENT

# Minutes of work that few changes can break: CI does it with every change, and `make test-all` before one is sent.
COPIES = pytest.mark.skipif("TEST_ALL" not in os.environ, reason="make test-all, or TEST_ALL=copies make test")
_SHARED = (".venv", ".venv-sam")
_GIT = ("git", "-c", "safe.directory=*", "-c", "user.name=test", "-c", "user.email=test@example.com")


@dataclass(frozen=True)
class Project:
    directory: Path

    def run(self, *command: str, status: int | None = 0) -> str:
        """What a command prints, both streams; it must end with `status`, unless that is None."""
        done = subprocess.run(
            command,
            cwd=self.directory,
            env={name: value for name, value in os.environ.items() if not name.startswith(_OURS)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert status is None or done.returncode == status, f"{' '.join(command)}:\n{done.stdout[-6000:]}"
        return done.stdout

    def python(self, *arguments: str, status: int | None = 0) -> str:
        return self.run(sys.executable, *arguments, status=status)

    def make(self, *arguments: str, status: int | None = 0) -> str:
        return self.run("make", "--no-print-directory", *arguments, status=status)

    def tests(self, *paths: str, status: int | None = 0) -> str:
        return self.python("-m", "pytest", "-q", "-p", "no:cacheprovider", *paths, status=status)

    def git(self, *arguments: str) -> str:
        return self.run(*_GIT, *arguments)

    def status(self) -> str:
        """What git would not know after a clone."""
        return self.git("status", "--porcelain")

    def read(self, path: str) -> str:
        return (self.directory / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        (self.directory / path).write_text(text, encoding="utf-8")

    def add_after(self, path: str, pattern: str, addition: str) -> None:
        """Put lines behind the last line that a pattern finds."""
        found = list(re.finditer(rf"^{pattern}.*\n", self.read(path), re.MULTILINE))
        assert found, f"{path} has no line like {pattern}"
        end, text = found[-1].end(), self.read(path)
        self.write(path, text[:end] + addition + text[end:])


# Of the test run, and of make: the copy is to be used as from a shell.
_OURS = ("AUTH_", "DATABASE_", "RATE_LIMIT_", "QUOTA_", "AWS_", "POWERTOOLS_", "PYTEST_", "MAKE", "MFLAGS", "TEST_ALL")


def copy_to(directory: Path) -> Project:
    """What is under version control, or about to be; committed there."""
    project = Project(directory)
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            _copy(name, directory)
    # With bytecode and types as they are known here, for the files have the times that they have here.
    for cache in (path for package in PACKAGES for path in (ROOT / package).rglob("__pycache__")):
        _copy(str(cache.relative_to(ROOT)), directory)
    if (ROOT / ".mypy_cache").is_dir():
        _copy(".mypy_cache", directory)
    for name in _SHARED:
        (directory / name).symlink_to(ROOT / name)
    if why_not_here() is None:
        install(CLIENT)
        modules = CLIENT / "node_modules"
        (directory / modules.relative_to(ROOT)).symlink_to(modules)
    project.git("init", "--quiet")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "as copied")
    return project


def _copy(name: str, directory: Path) -> None:
    """A file or a directory, with its times."""
    source, target = ROOT / name, directory / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)
