"""What front ends are made with, installed once; and the client as npm packs and installs it, copied into apps."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import ROOT
from local.npm import install
from tests.e2e.typescript.package import CLIENT

_HERE = Path(__file__).parent
_CACHE = ROOT / ".local" / "front_ends"
_OF_A_PACKAGE = ("package.json", "package-lock.json", ".npmrc")
_SECONDS = 300
_INSTALLED = "app"


def installed() -> Path:
    """A directory with the frameworks, kept between runs until the lock file is another."""
    digest = hashlib.sha256((_HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    directory = _CACHE / digest
    directory.mkdir(parents=True, exist_ok=True)
    for name in _OF_A_PACKAGE:
        if not (directory / name).exists():
            shutil.copy(_HERE / name, directory)
    install(directory)
    return directory


def pack_and_install(directory: Path) -> None:
    """The client's tarball, packed from a copy, for npm builds in place; and an app that npm has installed it into."""
    source = directory / "source"
    source.mkdir()
    for name in ("package.json", "tsconfig.json", ".npmrc", "README.md"):
        shutil.copy(CLIENT / name, source)
    shutil.copytree(CLIENT / "src", source / "src")
    (source / "node_modules").symlink_to(CLIENT / "node_modules")
    run(source, "npm", "pack", "--pack-destination", str(directory))
    (tarball,) = directory.glob("*.tgz")
    empty = directory / _INSTALLED
    empty.mkdir()
    (empty / "package.json").write_text('{"private": true, "type": "module"}')
    shutil.copy(_HERE / ".npmrc", empty)
    run(empty, "npm", "install", "--no-package-lock", "--prefer-offline", str(tarball))


def run(directory: Path, *command: str, **environment: str) -> str:
    """What a command prints."""
    given = os.environ | {"NEXT_TELEMETRY_DISABLED": "1"} | environment
    ran = subprocess.run(
        command, cwd=directory, env=given, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    assert ran.returncode == 0, f"{' '.join(command)}: {ran.stdout[-3000:]}{ran.stderr[-3000:]}"
    return ran.stdout


@dataclass(frozen=True)
class App:
    """A front end that has the client as npm installs it, below the frameworks' modules."""

    directory: Path

    def tool(self, name: str, *arguments: str, **environment: str) -> str:
        tool = self.directory.parent / "node_modules" / ".bin" / name
        return run(self.directory, str(tool), *arguments, **environment)

    @contextmanager
    def serving(self, name: str, *arguments: str, **environment: str) -> Iterator[None]:
        tool = self.directory.parent / "node_modules" / ".bin" / name
        server = subprocess.Popen([tool, *arguments], cwd=self.directory, env=os.environ | environment)
        try:
            yield
        finally:
            server.terminate()
            server.wait(_SECONDS)

    @property
    def client(self) -> Path:
        return self.directory / "node_modules" / "@tasks-api" / "client"


@contextmanager
def app(name: str, modules: Path, packed: Path) -> Iterator[App]:
    """A copy of one of the apps beside this file, or an empty one; and what npm has installed."""
    with tempfile.TemporaryDirectory(prefix="app-", dir=modules) as made:
        directory = Path(made)
        if (_HERE / "apps" / name).is_dir():
            shutil.copytree(_HERE / "apps" / name, directory, dirs_exist_ok=True)
        shutil.copytree(packed / _INSTALLED, directory, symlinks=True, dirs_exist_ok=True)
        yield App(directory)
