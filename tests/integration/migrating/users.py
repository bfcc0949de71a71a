"""Users who ask for all there is, over and over: `python -m tests.integration.migrating.users NAME PROCESSES`.

Run in any tree of the project, so that two versions serve at the same time. Each process is an execution environment.
Each line of standard input is answered by one: how many requests each process has served, and what was answered
otherwise than it should be. A line is {"begin": {setting: value}}, {"look": true} or {"end": true}.
"""

import json
import multiprocessing
import os
import sys
from collections.abc import Iterator
from multiprocessing.context import ForkProcess
from typing import Any

from tests.api import Answer
from tests.resources import RESOURCES
from tests.sync.requests import Request, serve
from tests.sync.vocabulary import Vocabulary

# Of what went wrong the first few say all.
_MOST_FAULTS = 5
_LONGEST_FAULT = 500


class Users:
    """Those of one process. Each round makes an item of each resource and takes it away again.

    Of two processes the second only reads: who waits for a lock longer than a read may is one that fails.
    """

    def __init__(self, name: str, number: int, served: Any, faults: Any) -> None:
        self._name, self._writes, self._served, self._faults = f"{name}-{number}", number % 2 == 0, served, faults
        self._words = [Vocabulary(resource) for resource in RESOURCES]

    def run(self) -> None:
        number = 0
        while True:
            for words in self._words:
                number += 1
                if self._writes:
                    self._write(words, number)
                else:
                    self._read(words)

    def _read(self, words: Vocabulary) -> None:
        for path in ("", "/changes"):
            self._ask(200, "GET", f"/api/{words.collection}{path}")

    def _write(self, words: Vocabulary, number: int) -> None:
        path = f"/api/{words.collection}"
        made = self._ask(201, "POST", path, words.new(number))
        if made.status != 201:
            return
        item = f"{path}/{made.data['id']}"
        for status, method, asked, body in _life_of(path, item, words, number):
            self._ask(status, method, asked, body)

    def _ask(self, status: int, method: str, path: str, body: Any = None) -> Answer:
        answer = serve(Request(self._name, method, path, body=body))
        if answer.status != status and len(self._faults) < _MOST_FAULTS:
            self._faults.append(f"{self._name} {method} {path}: {answer.status} {answer.text}"[:_LONGEST_FAULT])
        self._served.value += 1
        return answer


def _life_of(path: str, item: str, words: Vocabulary, number: int) -> Iterator[tuple[int, str, str, Any]]:
    """Requests about an item, each with the status of its answer."""
    yield 200, "GET", item, None
    yield 200, "GET", path, None
    yield 200, "PUT", item, words.whole(number + 1)
    yield 200, "PATCH", item, {}
    yield 200, "GET", f"{path}/changes", None
    yield 204, "DELETE", item, None
    yield 200, "POST", f"{item}/restore", None
    yield 200, "GET", "/api/me", None
    yield 204, "DELETE", item, None


class Environments:
    """The processes, forked from one that has imported everything; the next ones end those before."""

    def __init__(self, name: str, processes: int) -> None:
        self._name, self._processes = name, processes
        self._forking = multiprocessing.get_context("fork")
        self._faults = self._forking.Manager().list()
        self._started: list[ForkProcess] = []
        self._counts: list[Any] = []

    def begin(self, settings: dict[str, str]) -> None:
        self.end()
        os.environ.update(settings)
        self._counts = [self._forking.Value("i", 0) for _ in range(self._processes)]
        users = [Users(self._name, number, count, self._faults) for number, count in enumerate(self._counts)]
        self._started = [self._forking.Process(target=one.run, daemon=True) for one in users]
        for process in self._started:
            process.start()

    def look(self) -> dict[str, Any]:
        dead = [f"{process.name} has ended" for process in self._started if not process.is_alive()]
        return {"served": [count.value for count in self._counts], "faults": [*self._faults, *dead]}

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.join()
        self._started, self._counts = [], []
        self._faults[:] = []


def main(name: str, processes: int) -> None:
    environments = Environments(name, processes)
    for line in sys.stdin:
        match json.loads(line):
            case {"begin": settings}:
                environments.begin(settings)
            case {"end": _}:
                environments.end()
        print(json.dumps(environments.look()), flush=True)  # noqa: T201
    environments.end()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
