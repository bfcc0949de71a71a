"""What a function's memory buys, for Lambda gives a share of a core with it: cold start, warm requests, dollars."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from benchmarks.database import TASKS, USERS, Database, seeded_database
from benchmarks.measure import by_turns
from benchmarks.package import Package, build_package
from benchmarks.report.figures import Figures
from benchmarks.report.result import Bars, Result
from benchmarks.scale import prices
from benchmarks.throttle import share_of_a_core
from local import ROOT
from local.tokens.mint import mint
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.api import http_event
from tests.e2e.first_answer import first_answer

LONG = True
SIZES_MB = (256, 512, 768, 1024, 1769)
_TIMES = 20
# Long enough for the quota to be whole again, as between the requests of one environment.
_PAUSE_S = 0.05
_COLD_PART = 0.01


def measure(rounds: int) -> Result:
    with seeded_database() as database, tempfile.TemporaryDirectory(prefix="tasks-bench-") as directory:
        package = build_package(Path(directory))
        cold = by_turns({_called(mb): partial(_cold, mb, package, database) for mb in SIZES_MB}, rounds=rounds)
        with ExitStack() as stack:
            workers = {_called(mb): stack.enter_context(_worker(mb, database)) for mb in SIZES_MB}
            paced = by_turns({name: partial(ask, _PAUSE_S) for name, ask in workers.items()}, rounds=rounds)
            busy = by_turns({name: partial(ask, 0.0) for name, ask in workers.items()}, rounds=rounds)
    base = _called(SIZES_MB[-1])
    parts = (
        Bars("Cold start: spawn to first answer", "ms", cold, base=base),
        Bars("A warm list of 50, alone", "ms", paced, base=base),
        Bars("Warm lists of 50, one straight after the other", "ms", busy, base=base),
        Bars("A million requests", "dollars", {_called(mb): _dollars(mb, cold, paced) for mb in SIZES_MB}, base=base),
    )
    return Result("memory", "Memory of a function", 75, _SAID, rounds, parts)


_SAID = (
    f"Lambda gives a core at {prices.MB_OF_ONE_CORE} MB, and in proportion below. Here a control group has that share "
    "of a core, in periods of 20 ms, and the database is outside of it. The cold start is of the built package; Lambda "
    "is said to give more during init, so take it as an upper bound. A request alone finds a whole period's share "
    "unused, of which it needs less than there is: that is why it is hardly slower with a quarter of a core. Dollars "
    f"are of Lambda's gigabyte-seconds alone, with {_COLD_PART:.0%} of the requests being cold starts."
)


def _called(mb: int) -> str:
    return f"{mb} MB"


def _dollars(mb: int, cold: dict[str, Figures], warm: dict[str, Figures]) -> Figures:
    """Round by round."""
    each = zip(cold[_called(mb)].values, warm[_called(mb)].values, strict=True)
    seconds = (_COLD_PART * first / 1000 + (1 - _COLD_PART) * later / 1000 for first, later in each)
    return Figures.of(1e6 * mb / 1024 * taken * prices.LAMBDA_GB_S for taken in seconds)


def _environment(database: Database) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "AUTH_SECRET": DEVELOPMENT_SECRET,
        "DATABASE_URL": database.functions,
        "RATE_LIMIT_PER_MINUTE": "999999",
    }


def _cold(mb: int, package: Package, database: Database) -> float:
    headers = {"host": "localhost", "authorization": f"Bearer {mint(USERS[0])}"}
    event = http_event("GET", "/api/tasks", f"limit={TASKS}", headers, None)
    # With the name of a runtime the connection is dialled while the rest is imported, as it is in Lambda.
    environment = _environment(database) | {"AWS_LAMBDA_RUNTIME_API": "none"}
    with share_of_a_core(mb / prices.MB_OF_ONE_CORE) as inside, inside():
        first = first_answer("functions.list_tasks", event, package.directories, environment)
    if len(json.loads(first.answer["body"])["data"]) != TASKS:
        raise SystemExit(f"not what is measured: {first.answer}")
    return first.ms


@contextmanager
def _worker(mb: int, database: Database) -> Iterator[Callable[[float], float]]:
    """A warm process in a group of its own; given a pause it says what a request took."""
    command = [sys.executable, "-m", "benchmarks.paced_worker", "list", USERS[0], str(_TIMES)]
    with share_of_a_core(mb / prices.MB_OF_ONE_CORE) as inside:
        with inside():
            process = subprocess.Popen(
                command, cwd=ROOT, env=_environment(database), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        into, out = process.stdin, process.stdout
        if into is None or out is None:
            raise AssertionError

        def ask(pause: float) -> float:
            into.write(f"{pause}\n")
            into.flush()
            return float(out.readline())

        yield ask
        into.close()
        process.wait()
