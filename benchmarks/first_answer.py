"""From the start of a process to its first answer: this project's package, and a bare handler on the same layer."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.database import TASKS, Database, seeded_database
from benchmarks.measure import by_turns, table
from benchmarks.package import Package
from local import ROOT
from local.tokens.mint import mint
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.api import http_event
from tests.e2e.first_answer import FirstAnswer, evict, first_answer

_PEERS = ROOT / "benchmarks" / "peers"


@dataclass(frozen=True, slots=True)
class _Starter:
    """One handler, with what it needs to answer with the tasks."""

    module: str
    directories: list[Path]
    environment: Mapping[str, str]

    def start(self, *, counted: bool = False) -> FirstAnswer:
        headers = {"host": "localhost", "authorization": f"Bearer {mint('alice')}"}
        event = http_event("GET", "/api/tasks", f"limit={TASKS}", headers, None)
        first = first_answer(self.module, event, self.directories, self.environment, counted=counted)
        if first.answer["statusCode"] != 200 or len(json.loads(first.answer["body"])["data"]) != TASKS:
            raise SystemExit(f"not what is measured: {first.answer}")
        return first

    def measured(self, before: Callable[[], None]) -> float:
        before()
        return self.start().ms


def report(rounds: int, package: Package) -> str:
    with seeded_database() as database:
        starters = _starters(package, database)
        tables = [
            _compare("files in memory", rounds, starters, lambda: None),
            _compare(
                "files to be read from disk",
                rounds,
                starters,
                partial(evict, [*package.directories, package.libraries_as_files]),
            ),
        ]
        opened = {name: len(starter.start(counted=True).opened) for name, starter in starters.items()}
    lines = ["| opened in the package | files, listings, shared objects |", "|---|---|"]
    return "\n".join([*tables, *lines, *(f"| {name} | {count} |" for name, count in opened.items()), ""])


def _starters(package: Package, database: Database) -> dict[str, _Starter]:
    common = {"PATH": os.environ["PATH"], "AUTH_SECRET": DEVELOPMENT_SECRET}
    # With the name of a runtime the connection is dialled while the rest is imported, as it is in Lambda.
    ours = {"AWS_LAMBDA_RUNTIME_API": "none", "RATE_LIMIT_PER_MINUTE": "999999", "DATABASE_URL": database.functions}
    return {
        "a bare handler": _Starter(
            "bare", [_PEERS, package.libraries_as_files], {**common, "BARE_DATABASE_URL": database.superuser}
        ),
        "this project": _Starter("functions.list_tasks", package.directories, common | ours),
    }


def _compare(where: str, rounds: int, starters: Mapping[str, _Starter], before: Callable[[], None]) -> str:
    variants = {name: partial(starter.measured, before) for name, starter in starters.items()}
    figures = by_turns(variants, rounds=rounds)
    return table(f"Cold start: spawn to first answer of GET /api/tasks, {where}", "ms", figures, base="a bare handler")
