"""What the build makes of `GET /api/tasks`, once for all comparisons that start it."""

import os
from dataclasses import dataclass
from pathlib import Path

from local.build.packages import build_dependencies, build_function, build_shared

_ARCH = "arm64" if os.uname().machine in ("aarch64", "arm64") else "x86_64"


@dataclass(frozen=True, slots=True)
class Package:
    function: Path
    shared: Path
    libraries: Path

    @property
    def directories(self) -> list[Path]:
        """In the order in which Lambda looks through them."""
        return [self.function, self.shared / "python", self.libraries / "python"]


def build_package(directory: Path) -> Package:
    package = Package(directory / "function", directory / "shared", directory / "libraries")
    build_dependencies(package.libraries, _ARCH)
    build_function("ListTasksFunction", package.function)
    build_shared(package.shared)
    return package
