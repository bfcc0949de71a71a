"""A list of 50 tasks from event to answer in a warm process, near the database and 20 ms away; the limit on and off.

Log line and metrics are written, as in AWS.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from benchmarks.database import TASKS, seeded_database
from benchmarks.latency import further_away
from benchmarks.measure import Variant, by_turns, table
from local import ROOT
from shared.core.auth.settings import DEVELOPMENT_SECRET

_TIMES = 25
_OURS, _PEER = "functions.list_tasks", "benchmarks.peers.tutorial"


def report(rounds: int) -> str:
    with seeded_database() as database:
        ours, peers = database.functions, database.superuser
        near = _compare("next to the database", rounds, ours, peers)
        with further_away(ours, one_way_s=0.01) as far_ours, further_away(peers, one_way_s=0.01) as far_peers:
            far = _compare("20 ms from the database", rounds, far_ours, far_peers)
        return f"{near}\n{far}"


def _compare(where: str, rounds: int, ours: str, peers: str) -> str:
    peer = {"TUTORIAL_DATABASE_URL": peers.replace("postgresql:", "postgresql+psycopg:", 1)}
    with ExitStack() as stack:
        variants = {
            "the usual stack": stack.enter_context(_worker(_PEER, peer)),
            "this project": stack.enter_context(_worker(_OURS, {"DATABASE_URL": ours})),
            "this project, no rate limit": stack.enter_context(
                _worker(_OURS, {"DATABASE_URL": ours, "RATE_LIMIT_PER_MINUTE": "0"})
            ),
        }
        figures = by_turns(variants, rounds=rounds)
    return table(f"A list of {TASKS} tasks, warm, {where}", "ms", figures, base="this project")


@contextmanager
def _worker(module: str, settings: Mapping[str, str]) -> Iterator[Variant]:
    """A warm process of its own, as the variants would share SQLModel's tables otherwise; idle but in its turn."""
    environment = {"AUTH_SECRET": DEVELOPMENT_SECRET, "POWERTOOLS_METRICS_NAMESPACE": "TasksApi/benchmark"}
    command = [sys.executable, "-m", "benchmarks.warm_worker", module, str(TASKS), str(_TIMES)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "RATE_LIMIT_PER_MINUTE": "999999", **environment, **settings},
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
            return float(out.readline())

        yield measured
        into.close()
