"""The TypeScript client as a front end has it: a compiled package, and code that is compiled against it."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local import ROOT
from tests.once import made_once

CLIENT = ROOT / "clients" / "typescript"
MODULES = CLIENT / "node_modules"
# The native compiler, a fifth of the work. openapi-typescript needs the other one's API, and `.bin` has one of both.
TSC = MODULES / "typescript-native" / "bin" / "tsc"
_HERE = Path(__file__).parent
_COMPILED = "compiled"
_BESIDE = re.compile(r'from "\./(\w+)\.js"')
# What test modules run, each its `SCENARIOS`: compiled with the client, once.
_SCENARIOS = re.compile(r"^(?:export )?const scenarios = ", re.MULTILINE)


def tsc(*arguments: str, cwd: Path = CLIENT) -> "subprocess.CompletedProcess[str]":
    command = ["node", str(TSC), "--pretty", "false", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def write_types(document: Path, schema: Path) -> None:
    """As `npm run generate` does, of this document into this file."""
    program, *arguments = json.loads((CLIENT / "package.json").read_text())["scripts"]["generate"].split()
    instead = {"../../docs/openapi.yaml": document, "src/schema.ts": schema}
    command = [MODULES / ".bin" / program, *(str(instead.pop(one, one)) for one in arguments)]
    assert not instead, arguments
    subprocess.run(command, cwd=CLIENT, capture_output=True, check=True)


@dataclass(frozen=True)
class FrontEnd:
    """A package that depends on the client, in a directory of its own."""

    directory: Path

    @property
    def client(self) -> Path:
        return self.directory / "node_modules" / "@tasks-api" / "client"

    @property
    def compiled(self) -> Path:
        return self.directory / _COMPILED

    def compile(self, *sources: str) -> "subprocess.CompletedProcess[str]":
        """Compile some of the files beside this one, with what they import, as strictly as the client."""
        for source in sources:
            self._copy(source)
        return self._compile(*sources)

    def compile_texts(self, texts: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """The same of these modules, by the names of their files."""
        for name, text in texts.items():
            (self.directory / name).write_text(text)
        return self._compile(*texts)

    def _compile(self, *sources: str) -> "subprocess.CompletedProcess[str]":
        options = {"rootDir": ".", "outDir": _COMPILED, "declaration": False}
        settings = {"extends": str(CLIENT / "tsconfig.json"), "compilerOptions": options, "include": sources}
        (self.directory / "tsconfig.json").write_text(json.dumps(settings))
        return tsc(cwd=self.directory)

    def _copy(self, source: str) -> None:
        text = (_HERE / source).read_text()
        (self.directory / source).write_text(text)
        for imported in _BESIDE.findall(text):
            self._copy(f"{imported}.ts")

    def run(self, script: str, name: str, arguments: dict[str, Any]) -> Any:
        """What a compiled script prints, as JSON."""
        return json.loads(self.printed(script, name, json.dumps(arguments)))

    def printed(self, script: str, *arguments: str) -> str:
        command = ["node", f"{_COMPILED}/{script}", *arguments]
        run = subprocess.run(command, cwd=self.directory, capture_output=True, text=True, check=False, timeout=120)
        assert run.returncode == 0, run.stderr
        return run.stdout


def build_front_end(factory: pytest.TempPathFactory) -> FrontEnd:
    """A front end of the caller's own; the client in it, where npm would install it, and all scenarios are compiled."""
    made = made_once(factory, "front_end", _build_with_scenarios)
    directory = factory.mktemp("front_end_copy")
    shutil.copytree(made, directory, symlinks=True, dirs_exist_ok=True)
    return FrontEnd(directory)


def build_front_end_of(document: Path, factory: pytest.TempPathFactory) -> FrontEnd:
    """A front end of another API: the client's own code, with the types of that one's document."""
    source, directory = factory.mktemp("client"), factory.mktemp("front_end_of_another")
    for name in ("src", "package.json", "tsconfig.json"):
        copy = shutil.copytree if (CLIENT / name).is_dir() else shutil.copy
        copy(CLIENT / name, source / name)
    (source / "node_modules").symlink_to(MODULES)
    write_types(document, source / "src" / "schema.ts")
    _build(directory, source)
    return FrontEnd(directory)


def _build_with_scenarios(directory: Path) -> None:
    """At once: most of the time goes into the libraries."""
    _build(directory)
    sources = (path.name for path in sorted(_HERE.glob("*.ts")) if _SCENARIOS.search(path.read_text()))
    compiled = FrontEnd(directory).compile(*sources)
    assert compiled.returncode == 0, compiled.stdout


def _build(directory: Path, source: Path = CLIENT) -> None:
    client = FrontEnd(directory).client
    compiled = tsc("--outDir", str(client / "dist"), cwd=source)
    assert compiled.returncode == 0, compiled.stdout
    shutil.copy(CLIENT / "package.json", client)
    for name in json.loads((CLIENT / "package.json").read_text())["dependencies"]:
        (directory / "node_modules" / name).symlink_to(MODULES / name)
    (directory / "package.json").write_text('{"type": "module"}')
