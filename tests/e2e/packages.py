"""`make build`, run for real on a copy of the project."""

import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from local.build import bytecode
from tests.unit.template.source import ROOT, load_template, modules_of

MODULES = modules_of(load_template())
LAYERS = ("DependenciesLayer", "SharedLayer")
NATIVE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
FOREIGN = "x86_64" if NATIVE == "arm64" else "arm64"
PACKAGED = (
    "functions",
    "shared",
    "local",
    "migrations",
    "template.yaml",
    "samconfig.toml",
    "Makefile",
    "build.mk",
    ".python-version",
)
LOCKS = ("requirements.txt", "requirements-sam.txt")
NEEDS_RUNTIME = pytest.mark.skipif(
    f"{sys.version_info.major}.{sys.version_info.minor}" != bytecode.RUNTIME,
    reason=f"the build and the package need Python {bytecode.RUNTIME}",
)


@dataclass(frozen=True)
class Artifacts:
    directory: Path

    @cached_property
    def hashes(self) -> dict[str, str]:
        """One hash for each function and layer: over the paths, the modes and the content of its files."""
        return {name: self._hash(name) for name in (*MODULES, *LAYERS)}

    def files(self, name: str) -> list[Path]:
        return sorted(path for path in (self.directory / name).rglob("*") if path.is_file())

    def names(self, name: str) -> set[str]:
        return {str(path.relative_to(self.directory / name)) for path in self.files(name)}

    def zipped_bytes(self, name: str) -> int:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in self.files(name):
                archive.write(path, path.relative_to(self.directory / name))
        return len(buffer.getvalue())

    def _hash(self, name: str) -> str:
        digest = hashlib.sha256()
        for path in self.files(name):
            relative = path.relative_to(self.directory / name)
            digest.update(f"{relative} {path.stat().st_mode:o} {path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()


class Project:
    """A copy of what the build reads, so that a test may edit it and a developer's .aws-sam stays as it is."""

    def __init__(self, directory: Path) -> None:
        if not (ROOT / ".venv-sam" / "bin" / "sam").exists():
            pytest.fail("aws-sam-cli is not installed: make .venv-sam")
        self.directory = directory
        directory.mkdir(exist_ok=True)
        ignore = shutil.ignore_patterns("__pycache__")
        for name in (*PACKAGED, *LOCKS):
            source, target = ROOT / name, directory / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=ignore)
            else:
                shutil.copy2(source, target)
        (directory / ".venv").symlink_to(sys.prefix)
        (directory / ".venv-sam").symlink_to(ROOT / ".venv-sam")

    def build(self, arch: str, *, umask: int = -1, **otherwise: str) -> Artifacts:
        """`otherwise` is of the environment, as another machine may have it."""
        output = self.directory / ".aws-sam"
        shutil.rmtree(output, ignore_errors=True)
        # -o: the environment of sam is there (the fixture below), and is not to be made anew behind the symlink.
        command = ["make", "-o", ".venv-sam", "build", f"ARCH={arch}"]
        env = environment() | otherwise
        made = subprocess.run(
            command, cwd=self.directory, env=env, umask=umask, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stdout + made.stderr
        assert "WARNING" not in made.stderr
        kept = self.directory / f"built-{len(list(self.directory.glob('built-*')))}"
        (output / "build").rename(kept)
        return Artifacts(kept)

    def age(self) -> None:
        """Give the sources another time, as another clone has them."""
        for path in self.directory.rglob("*.py"):
            if path.is_relative_to(self.directory / "shared") or path.is_relative_to(self.directory / "functions"):
                os.utime(path, (0, 0))

    def append(self, path: str, text: str) -> None:
        with (self.directory / path).open("a", encoding="utf-8") as file:
            file.write(text)


def environment() -> dict[str, str]:
    """This process's environment, less what make hands to the makes below it."""
    return {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "ARCH")
    }
