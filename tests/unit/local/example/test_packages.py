"""What the example needs, and what is said where it is missing."""

import os
import time
from pathlib import Path

import pytest

from local import npm
from local.example import packages
from local.example.packages import ExampleError
from local.example.run import Ports
from local.npm import NpmError

CI, BUILD = "ci --ignore-scripts --silent", "run build --silent"


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node and an npm that only say what they are, and note what they are asked."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "node").write_text("#!/bin/sh\necho ${NODE_SAYS:-v22.1.0}\n")
    (programs / "npm").write_text(f'#!/bin/sh\necho "$PWD $*" >> {tmp_path}/asked\n[ -z "$NPM_FAILS" ]\n')
    for program in programs.iterdir():
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    for name in ("client", "app"):
        (tmp_path / name / "src").mkdir(parents=True)
        (tmp_path / name / "package-lock.json").touch()
        (tmp_path / name / "package.json").touch()
    (tmp_path / "client" / "src" / "index.ts").touch()
    monkeypatch.setattr(npm, "ROOT", tmp_path)
    monkeypatch.setattr(packages, "CLIENT", tmp_path / "client")
    monkeypatch.setattr(packages, "APP", tmp_path / "app")
    return tmp_path


def asked(node: Path) -> list[str]:
    found = (node / "asked").read_text().splitlines() if (node / "asked").exists() else []
    return [line.removeprefix(f"{node}/") for line in found]


def touch(path: Path, seconds_ahead: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() + seconds_ahead,) * 2)


def test_packages_are_installed_and_the_client_is_built(node: Path) -> None:
    packages.prepare()
    assert asked(node) == [f"client {CI}", f"client {BUILD}", f"app {CI}"]


def test_what_is_newer_than_its_sources_is_left_alone(node: Path) -> None:
    for name in ("client", "app"):
        touch(node / name / "node_modules" / ".package-lock.json", 10)
    touch(node / "client" / "dist" / "index.js", 10)
    packages.prepare()
    assert asked(node) == []


def test_a_source_that_changed_is_built_again(node: Path) -> None:
    test_what_is_newer_than_its_sources_is_left_alone(node)
    touch(node / "client" / "src" / "index.ts", 20)
    packages.prepare()
    assert asked(node) == [f"client {BUILD}"]


@pytest.mark.parametrize("said", ["v20.18.9", "v18.20.0", "node?"])
def test_a_node_that_is_too_old_is_named(node: Path, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_SAYS", said)
    with pytest.raises(ExampleError, match=rf"20\.19 or later, and this is {said.replace('?', '.')}"):
        packages.prepare()


def test_without_node_it_says_where_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ExampleError, match=r"nodejs\.org"):
        packages.prepare()


def test_what_npm_cannot_do_is_said_with_its_place(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPM_FAILS", "1")
    with pytest.raises(NpmError, match="npm ci --ignore-scripts failed in client"):
        packages.prepare()


def test_ports_are_numbers_or_named() -> None:
    assert Ports.read({"APP_PORT": "5200"}) == Ports(3000, 3001, 5200)
    with pytest.raises(ExampleError, match="AUTH_PORT must be a port"):
        Ports.read({"AUTH_PORT": "70000"})
