"""From event to answer in a warm process: lists near the database and 20 ms away, and other requests near it.

Beside the same requests served by a bare handler, and a list by the usual stack. Log line and metrics are written, as
in AWS.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from benchmarks.database import TASKS, USERS, Database, seeded_database
from benchmarks.exchanges import OPERATIONS
from benchmarks.latency import further_away
from benchmarks.measure import Variant, by_turns, table
from local import ROOT
from shared.core.auth.settings import DEVELOPMENT_SECRET

_OURS, _BARE, _USUAL = "this project", "a bare handler", "the usual stack"
_FUNCTIONS = {
    "list": "list_tasks",
    "get": "get_task",
    "create": "create_task",
    "patch": "patch_task",
    "batch": "batch_tasks",
}
_TIMES = 25
_NO_LIMIT = {"RATE_LIMIT_PER_MINUTE": "0"}


def report(rounds: int) -> str:
    with seeded_database() as database:
        # Lists first: what comes after them makes tasks.
        near = _list("next to the database", rounds, database)
        with ExitStack() as stack:
            urls = (database.functions, database.superuser)
            away = Database(*(stack.enter_context(further_away(url, one_way_s=0.01)) for url in urls))
            far = _list("20 ms from the database", rounds, away)
        others = [_beside_bare(request, rounds, database) for request in ("get", "patch", "create")]
        return "\n".join([near, far, *others, _many(rounds, database)])


@dataclass(frozen=True, slots=True)
class _Handler:
    """One module's, asked for one request again and again, as one user."""

    module: str
    request: str
    user: str
    settings: Mapping[str, str]
    times: int = _TIMES
    counts_as: int = 1
    """What one time stands for."""


def _ours(request: str, database: Database, **more: str) -> _Handler:
    module = f"functions.{_FUNCTIONS[request]}"
    settings = {"DATABASE_URL": database.functions, "QUOTA_ROWS": "99999999", **more}
    return _Handler(module, request, USERS[0], settings)


def _bare(request: str, database: Database) -> _Handler:
    return _Handler("benchmarks.peers.bare", request, USERS[1], {"BARE_DATABASE_URL": database.superuser})


def _usual(database: Database) -> _Handler:
    url = database.superuser.replace("postgresql:", "postgresql+psycopg:", 1)
    return _Handler("benchmarks.peers.tutorial", "list", USERS[1], {"TUTORIAL_DATABASE_URL": url})


def _list(where: str, rounds: int, database: Database) -> str:
    variants = {
        _BARE: _bare("list", database),
        _OURS: _ours("list", database),
        f"{_OURS}, no rate limit": _ours("list", database, **_NO_LIMIT),
        _USUAL: _usual(database),
    }
    return _compare(f"A list of {TASKS} tasks, warm, {where}", rounds, variants)


def _beside_bare(request: str, rounds: int, database: Database) -> str:
    variants = {_BARE: _bare(request, database), _OURS: _ours(request, database)}
    return _compare(f"A {request}, warm, next to the database", rounds, variants)


def _many(rounds: int, database: Database) -> str:
    variants = {
        "a batch": replace(_ours("batch", database), times=3),
        "a request for each": replace(_ours("create", database), counts_as=OPERATIONS),
    }
    return _compare(f"{OPERATIONS} tasks made, warm, next to the database", rounds, variants, base="a batch")


def _compare(title: str, rounds: int, handlers: Mapping[str, _Handler], *, base: str = _BARE) -> str:
    with ExitStack() as stack:
        variants = {name: stack.enter_context(_worker(handler)) for name, handler in handlers.items()}
        figures = by_turns(variants, rounds=rounds)
    return table(title, "ms", figures, base=base)


@contextmanager
def _worker(handler: _Handler) -> Iterator[Variant]:
    """A warm process of its own, as the variants would share SQLModel's tables otherwise; idle but in its turn."""
    environment = {"AUTH_SECRET": DEVELOPMENT_SECRET, "POWERTOOLS_METRICS_NAMESPACE": "TasksApi/benchmark"}
    command = [sys.executable, "-m", "benchmarks.warm_worker", handler.module, handler.request, handler.user]
    with subprocess.Popen(
        [*command, str(handler.times)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "RATE_LIMIT_PER_MINUTE": "999999", **environment, **handler.settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        into, out = process.stdin, process.stdout
        if into is None or out is None:
            raise AssertionError

        def measured() -> float:
            into.write("\n")
            into.flush()
            return float(out.readline()) * handler.counts_as

        yield measured
        into.close()
