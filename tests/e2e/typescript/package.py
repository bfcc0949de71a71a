"""The TypeScript client as a front end has it: a compiled package, and code that is compiled against it."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local import ROOT
from tests.once import made_once

CLIENT = ROOT / "clients" / "typescript"
BINARIES = CLIENT / "node_modules" / ".bin"
_HERE = Path(__file__).parent
_COMPILED = "compiled"


def tsc(*arguments: str, cwd: Path = CLIENT) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [BINARIES / "tsc", "--pretty", "false", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


@dataclass(frozen=True)
class FrontEnd:
    """A package that depends on the client, in a directory of its own."""

    directory: Path

    @property
    def client(self) -> Path:
        return self.directory / "node_modules" / "tasks-client"

    def compile(self, source: str, text: str | None = None) -> "subprocess.CompletedProcess[str]":
        """Compile one of the files beside this one, or this text, as strictly as the client itself."""
        (self.directory / source).write_text((_HERE / source).read_text() if text is None else text)
        options = {"rootDir": ".", "outDir": _COMPILED, "declaration": False}
        settings = {"extends": str(CLIENT / "tsconfig.json"), "compilerOptions": options, "include": [source]}
        (self.directory / "tsconfig.json").write_text(json.dumps(settings))
        return tsc(cwd=self.directory)

    def run(self, script: str, name: str, arguments: dict[str, Any]) -> Any:
        """What a compiled script prints."""
        command = ["node", f"{_COMPILED}/{script}", name, json.dumps(arguments)]
        run = subprocess.run(command, cwd=self.directory, capture_output=True, text=True, check=False, timeout=120)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)


def build_front_end(factory: pytest.TempPathFactory) -> FrontEnd:
    """A front end of the caller's own; the client in it was compiled once, and is where npm would install it."""
    made = made_once(factory, "front_end", _build)
    directory = factory.mktemp("front_end_copy")
    shutil.copytree(made, directory, symlinks=True, dirs_exist_ok=True)
    return FrontEnd(directory)


def _build(directory: Path) -> None:
    client = FrontEnd(directory).client
    compiled = tsc("--outDir", str(client / "dist"))
    assert compiled.returncode == 0, compiled.stdout
    shutil.copy(CLIENT / "package.json", client)
    for name in json.loads((CLIENT / "package.json").read_text())["dependencies"]:
        (directory / "node_modules" / name).symlink_to(CLIENT / "node_modules" / name)
    (directory / "package.json").write_text('{"type": "module"}')
