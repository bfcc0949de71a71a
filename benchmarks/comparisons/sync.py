"""What many changes cost at once, beside one after the other."""

from collections.abc import Callable
from contextlib import ExitStack

from benchmarks.contenders import OURS
from benchmarks.database import Database, seeded_database
from benchmarks.exchanges import OPERATIONS
from benchmarks.latency import further_away
from benchmarks.measure import by_turns, few
from benchmarks.report.result import Bars, Result
from benchmarks.workers import worker

_ONE_WAY_S = 0.01
_MEASURED = f"""\
This project with itself: {OPERATIONS} tasks made by one batch, and by a request for each; {OPERATIONS} tasks read from
the feed of changes, and from the list. In warm processes, from event to answer, so without what HTTP adds to each."""


def measure(rounds: int) -> Result:
    with seeded_database() as database, ExitStack() as stack:
        urls = (database.functions, database.superuser)
        away = Database(*(stack.enter_context(further_away(url, one_way_s=_ONE_WAY_S)) for url in urls))
        far = f"{_ONE_WAY_S * 2000:.0f} ms from the database"
        # Writing first: it makes the tasks that are read.
        parts = (
            _writes("next to the database", database, rounds),
            _writes(far, away, rounds),
            _reads("next to the database", database, rounds),
        )
    return Result(name="sync", title="Many at once", order=40, measured=_MEASURED, rounds=rounds, parts=parts)


def _writes(where: str, database: Database, rounds: int) -> Bars:
    asked = few(OPERATIONS, rounds)
    with worker(OURS, "batch", database) as batch, worker(OURS, "create", database) as create:
        variants: dict[str, Callable[[], float]] = {
            "this project, a batch": lambda: batch.median(1),
            f"this project, {OPERATIONS} requests": lambda: sum(create.ask(asked)) * OPERATIONS / asked,
        }
        title = f"{OPERATIONS} tasks made, {where}"
        return Bars(title, "ms", by_turns(variants, rounds=rounds), base="this project, a batch")


def _reads(where: str, database: Database, rounds: int) -> Bars:
    with worker(OURS, "changes", database) as changes, worker(OURS, "list of 100", database) as tasks:
        variants = {
            "this project, changes": lambda: changes.median(few(15, rounds)),
            "this project, list": lambda: tasks.median(few(15, rounds)),
        }
        title = f"{OPERATIONS} tasks read, {where}"
        return Bars(title, "ms", by_turns(variants, rounds=rounds), base="this project, list")
