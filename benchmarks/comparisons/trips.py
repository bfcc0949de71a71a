"""Round trips to the database, counted on the wire by a proxy and not timed."""

from collections.abc import Mapping
from itertools import pairwise

from benchmarks.contenders import ALL, OURS_UNLIMITED, Contender, here
from benchmarks.database import Database, seeded_database
from benchmarks.report.figures import Figures
from benchmarks.report.result import Bars, Result
from benchmarks.workers import worker
from tests.proxy import proxy_to

_CONTENDERS = tuple(each for each in ALL if each is not OURS_UNLIMITED)
_MEASURED = """\
A round trip is all that a client sends before it waits for an answer, counted by a proxy between each contender and the
database. A connection is set up without TLS here, which would add to it. This project's one trip switches the role,
sets the caller for row security, counts the request for the rate limit and runs the statement."""


def measure(_rounds: int) -> Result:
    """In one round: a number of things is the same each time, or the measurement fails."""
    with seeded_database() as database:
        lists = {each.name: _flights(each, "list", database) for each in here(_CONTENDERS, "list")}
        creates = {each.name: _flights(each, "create", database) for each in here(_CONTENDERS, "create")}
    parts = (
        _counted("A list in a new process, connection included", {name: first for name, (first, _) in lists.items()}),
        _counted("A list, connected", {name: later for name, (_, later) in lists.items()}),
        _counted("A create, connected", {name: later for name, (_, later) in creates.items()}),
    )
    return Result(name="trips", title="Round trips", order=30, measured=_MEASURED, rounds=1, parts=parts)


def _counted(title: str, counts: Mapping[str, int]) -> Bars:
    return Bars(title, "", {name: Figures((count,)) for name, count in counts.items()})


def _flights(contender: Contender, request: str, database: Database) -> tuple[int, int]:
    """Of the first request, which connects, and of each later one."""
    with (
        proxy_to(database.functions) as (ours, functions),
        proxy_to(database.superuser) as (others, superuser),
        worker(contender, request, Database(functions, superuser)) as asked,
    ):
        seen = [0]
        for _ in range(4):
            asked.ask(1)
            seen.append(ours.flights + others.flights)
    first, _, *later = (after - before for before, after in pairwise(seen))
    if len(set(later)) > 1:
        raise RuntimeError(f"{contender.name} does not always need as many: {later}")
    return first, later[0]
