"""From event to answer in a warm process: lists near the database and 20 ms away, and other requests near it."""

from contextlib import ExitStack
from functools import partial

from benchmarks.contenders import ALL, BARE, OURS, here
from benchmarks.database import TASKS, Database, seeded_database
from benchmarks.latency import further_away
from benchmarks.measure import by_turns, few
from benchmarks.report.result import Bars, Result
from benchmarks.workers import start_all

_TIMES, _TIMES_FAR = 25, 8
_ONE_WAY_S = 0.01


_OTHERS = ("create", "get", "patch")
_MEASURED = f"""\
From event to answer, in warm processes of their own; each round has the median of up to {_TIMES} requests. How far the
database is away is said as the time of a round trip. Everybody verifies the token; this project also writes its log
line with metrics. It alone checks issuer and rate limit, has row security, and writes what the feed of changes needs.
Powertools' resolver validates too; Chalice and Hono are given nothing to validate with. Psycopg prepares a statement
that is repeated, unless it is told not to, as this project and the bare handler do for the sake of poolers."""


def measure(rounds: int) -> Result:
    with seeded_database() as database:
        # Lists first: what comes after them makes tasks.
        parts = [
            _compare(f"A list of {TASKS} tasks, next to the database", "list", database, rounds, _TIMES),
            _far(database, rounds),
            *(_compare(f"A {name}, next to the database", name, database, rounds, _TIMES) for name in _OTHERS),
        ]
    return Result(
        name="warm",
        title="Warm requests",
        order=20,
        measured=_MEASURED,
        rounds=rounds,
        parts=tuple(parts),
    )


def _far(database: Database, rounds: int) -> Bars:
    with ExitStack() as stack:
        urls = (database.functions, database.superuser)
        away = Database(*(stack.enter_context(further_away(url, one_way_s=_ONE_WAY_S)) for url in urls))
        title = f"A list of {TASKS} tasks, {_ONE_WAY_S * 2000:.0f} ms from the database"
        return _compare(title, "list", away, rounds, _TIMES_FAR)


def _compare(title: str, request: str, database: Database, rounds: int, times: int) -> Bars:
    contenders = here(ALL if request in ("list", "create") else (BARE, OURS), request)
    with ExitStack() as stack:
        workers = start_all(stack, contenders, request, database)
        variants = {name: partial(worker.median, few(times, rounds)) for name, worker in workers.items()}
        return Bars(title, "ms", by_turns(variants, rounds=rounds), base=BARE.name)
