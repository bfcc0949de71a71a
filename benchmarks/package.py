"""What the build makes of `GET /api/tasks`, once for all comparisons that start it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from local.build.packages import build_dependencies, build_function, build_shared
from shared.core.startup.archive import NAMES

_ARCH = "arm64" if os.uname().machine in ("aarch64", "arm64") else "x86_64"


@dataclass(frozen=True, slots=True)
class Package:
    function: Path
    shared: Path
    libraries: Path
    libraries_as_files: Path
    """The same, with a file of bytecode for each module, for those who know nothing of an archive."""
    libraries_as_sources: Path

    @property
    def directories(self) -> list[Path]:
        """In the order in which Lambda looks through them."""
        return [self.function, self.shared / "python", self.libraries / "python"]


def build_package(directory: Path) -> Package:
    package = Package(*(directory / name for name in ("function", "shared", "libraries", "files", "sources")))
    build_dependencies(package.libraries, _ARCH)
    build_function("ListTasksFunction", package.function)
    build_shared(package.shared)
    _without_bytecode(package.libraries / "python", package.libraries_as_files)
    _without_bytecode(package.libraries / "python", package.libraries_as_sources)
    _compile_files(package.libraries_as_files)
    return package


def _without_bytecode(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", *NAMES))


def _compile_files(directory: Path) -> None:
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(directory)]
    subprocess.run(command, check=True)
