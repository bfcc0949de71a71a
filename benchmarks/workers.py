"""Contenders in warm processes of their own, which are idle but in their turn."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import IO, Any

from benchmarks.contenders import NODE, PEERS, Contender, site_packages
from benchmarks.database import Database
from benchmarks.exchanges import events, is_answered
from benchmarks.rest_event import rest_event
from local import ROOT
from local.npm import install

_WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True, slots=True)
class Worker:
    """One handler that is asked for one kind of request."""

    request: str
    _events: Iterator[dict[str, Any]]
    _into: IO[str]
    _out: IO[str]

    def ask(self, times: int) -> list[float]:
        """What each took, in milliseconds.

        Raises:
            RuntimeError: it answered something else, or nothing.
        """
        print(json.dumps(list(islice(self._events, times))), file=self._into, flush=True)
        line = self._out.readline()
        said = json.loads(line) if line else {"ms": [], "answers": []}
        if len(said["answers"]) != times or not all(is_answered(self.request, answer) for answer in said["answers"]):
            raise RuntimeError(f"not what is measured: {said['answers'][:1]}")
        return [float(taken) for taken in said["ms"]]

    def median(self, times: int) -> float:
        return statistics.median(self.ask(times))


def requests_of(contender: Contender, request: str) -> Iterator[dict[str, Any]]:
    made = events(request, contender.user)
    return map(rest_event, made) if contender.rest else made


@contextmanager
def worker(contender: Contender, request: str, database: Database) -> Iterator[Worker]:
    with subprocess.Popen(
        _command(contender, request),
        cwd="/",
        env=contender.settings_for(database),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError
        with process.stdin:
            yield Worker(request, requests_of(contender, request), process.stdin, process.stdout)


def start_all(stack: ExitStack, contenders: list[Contender], request: str, database: Database) -> dict[str, Worker]:
    """By the names of the contenders, until the stack ends."""
    return {contender.name: stack.enter_context(worker(contender, request, database)) for contender in contenders}


def _command(contender: Contender, request: str) -> list[str]:
    if contender.node:
        return node_command(contender)
    directories = [PEERS if contender.module else ROOT]
    # Not by the other environment's interpreter, which would find the libraries in another way than this one's does.
    libraries = [site_packages(contender.environment)] if contender.environment else []
    python = [sys.executable, "-I", *(["-S"] if libraries else [])]
    return [*python, str(_WORKER), contender.module_for(request), *map(str, [*directories, *libraries])]


def node_command(contender: Contender) -> list[str]:
    build_node()
    return ["node", str(NODE / "worker.cjs"), contender.module]


@cache
def build_node() -> None:
    """One file of what Node needs, as the documents of Hono have it for Lambda."""
    install(NODE)
    subprocess.run(["npm", "run", "--silent", "build"], cwd=NODE, check=True)  # noqa: S607
