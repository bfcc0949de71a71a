"""Contenders that are started anew for one answer, from what would be deployed."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from benchmarks.contenders import NODE, PEERS, Contender, site_packages
from benchmarks.database import Database
from benchmarks.exchanges import is_answered
from benchmarks.package import Package
from benchmarks.workers import node_command, requests_of
from tests.e2e.first_answer import FirstAnswer, first_answer

_REQUEST = "list"


class Starter(Protocol):
    @property
    def directories(self) -> Sequence[Path]:
        """Where its files are."""

    def start(self) -> float:
        """Milliseconds from spawn to the answer."""


@dataclass(frozen=True, slots=True)
class PythonStarter:
    module: str
    event: Mapping[str, Any]
    directories: Sequence[Path]
    environment: Mapping[str, str]

    def start(self) -> float:
        return self._first().ms

    def opened(self) -> int:
        return len(self._first(counted=True).opened)

    def _first(self, *, counted: bool = False) -> FirstAnswer:
        first = first_answer(self.module, self.event, self.directories, self.environment, counted=counted)
        _demand(first.answer)
        return first


@dataclass(frozen=True, slots=True)
class NodeStarter:
    command: Sequence[str]
    event: Mapping[str, Any]
    directories: Sequence[Path]
    environment: Mapping[str, str]

    def start(self) -> float:
        started = time.perf_counter()
        with subprocess.Popen(
            self.command, cwd="/", env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            if process.stdin is None or process.stdout is None:
                raise AssertionError
            print(json.dumps([self.event]), file=process.stdin, flush=True)
            line = process.stdout.readline()
            taken = (time.perf_counter() - started) * 1000
            process.stdin.close()
        _demand(json.loads(line)["answers"][0])
        return taken


def starter(contender: Contender, package: Package, database: Database, *, bytecode: bool = True) -> Starter:
    event = next(requests_of(contender, _REQUEST))
    # With the name of a runtime this project dials while the rest is imported, as it does in Lambda.
    environment = {"AWS_LAMBDA_RUNTIME_API": "none", **contender.settings_for(database)}
    if contender.node:
        return NodeStarter(node_command(contender), event, [NODE / "dist"], environment)
    directories = _directories(contender, package, bytecode=bytecode)
    return PythonStarter(contender.module_for(_REQUEST), event, directories, environment)


def _directories(contender: Contender, package: Package, *, bytecode: bool) -> list[Path]:
    if not contender.module:
        return package.directories
    if contender.environment:
        return [PEERS, site_packages(contender.environment)]
    return [PEERS, package.libraries_as_files if bytecode else package.libraries_as_sources]


def _demand(answer: Mapping[str, Any]) -> None:
    if not is_answered(_REQUEST, answer):
        raise RuntimeError(f"not what is measured: {answer}")
