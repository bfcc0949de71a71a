"""Round trips to the database, counted on the wire by a proxy and not timed."""

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
        parts = (
            _count("A list in a new process, connection included", "list", database, first=True),
            _count("A list, connected", "list", database),
            _count("A create, connected", "create", database),
        )
    return Result(name="trips", title="Round trips", order=30, measured=_MEASURED, rounds=1, parts=parts)


def _count(title: str, request: str, database: Database, *, first: bool = False) -> Bars:
    contenders = here(_CONTENDERS, request)
    counts = {each.name: Figures((_trips(each, request, database, first=first),)) for each in contenders}
    return Bars(title, "", counts)


def _trips(contender: Contender, request: str, database: Database, *, first: bool) -> int:
    with (
        proxy_to(database.functions) as (ours, functions),
        proxy_to(database.superuser) as (others, superuser),
        worker(contender, request, Database(functions, superuser)) as asked,
    ):
        counted = []
        for _ in range(1 if first else 3):
            before = ours.flights + others.flights
            asked.ask(1)
            counted.append(ours.flights + others.flights - before)
    if not first and counted[1] != counted[2]:
        raise RuntimeError(f"{contender.name} does not always need as many: {counted}")
    return counted[-1]
