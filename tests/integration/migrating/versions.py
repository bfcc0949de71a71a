"""Two versions of the project that serve at the same time: this one, and a copy that is ahead by some migrations."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import ROOT
from tests.e2e.copies.project import Project

_READ = ("functions", "shared", "local", "migrations", "tests", "docs", "events", "template.yaml", "pyproject.toml")
_MAKE = "from local.scaffold import make; make.remake = lambda: None; make.make_resource(*__import__('sys').argv[1:])"
_LONGEST_S = 60
VERSIONS = "migrations/versions"
PROCESSES = 2
# Some rounds of each process, in each of which it asks for everything.
REQUESTS = 40
_REVISION = """
from alembic import op
from migrations.in_use import add_index

revision = "{revision}"
down_revision = "{previous}"


def upgrade() -> None:
    {statement}
"""


@dataclass
class Served:
    """Requests that were, by each process; what was answered otherwise than it should be."""

    served: list[int]
    faults: list[str]


class Version:
    """The functions of a tree, which serve users of their own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def begin(self, settings: dict[str, str]) -> None:
        self._say({"begin": settings})

    def end(self) -> None:
        self._say({"end": True})

    def look(self) -> Served:
        return self._say({"look": True})

    def _say(self, order: dict[str, Any]) -> Served:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        return Served(**json.loads(self._process.stdout.readline()))

    def serve_more(self, requests: int) -> list[str]:
        """Wait until each process has served so many more, or something has failed; gives what has."""
        before = self.look().served
        return self.wait(lambda now: all(n - then >= requests for n, then in zip(now.served, before, strict=True)))

    def wait(self, enough: Callable[[Served], bool]) -> list[str]:
        end = time.monotonic() + _LONGEST_S
        while not (now := self.look()).faults and not enough(now):
            assert time.monotonic() < end, f"they stand still: {now}"
            time.sleep(0.02)
        return now.faults


@contextmanager
def version_of(tree: Path, name: str, processes: int) -> Iterator[Version]:
    command = [sys.executable, "-m", "tests.integration.migrating.users", name, str(processes)]
    with subprocess.Popen(
        command,
        cwd=tree,
        env={**os.environ, "POWERTOOLS_LOG_LEVEL": "CRITICAL"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        version = Version(process)
        try:
            yield version
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(_LONGEST_S)


def copy_of_the_project(directory: Path) -> Project:
    """As far as it is run here."""
    for name in _READ:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, directory / name)
    return Project(directory)


def make_resource(project: Project, name: str, fields: str) -> None:
    """As `make resource`, without what follows from it in documents and types."""
    for needed in ("CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md", ".gitignore"):
        shutil.copy2(ROOT / needed, project.directory / needed)
    project.python("-c", _MAKE, name, "", fields)


def add_migration(versions: Path, statement: str) -> None:
    previous = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
    revision = f"{int(previous) + 1:04}"
    source = _REVISION.format(revision=revision, previous=previous, statement=statement)
    (versions / f"{revision}_of_the_test.py").write_text(source)
