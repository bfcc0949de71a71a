"""What one user's attack costs another.

The attacker keeps as many tasks as may be and asks, 80 requests at once, for a list with a count of the completed ones.
The victim asks for a list of 50, one request after the other. All go through PgBouncer with 20 server connections, as
behind Neon's pooled host; each request is run by the store that the functions use. A refused attacker asks again after
the time that an answer takes to travel.
"""

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

from benchmarks.load.sample import hundredths
from benchmarks.populated import migrated_database
from benchmarks.report.figures import Figures
from benchmarks.report.result import Bars, Result
from local.postgres.server import temporary_postgres
from shared.core.auth.verifier import Caller
from shared.core.database.connection import ConnectionSource
from shared.core.database.conninfo import connection_parameters
from shared.core.database.quotas import Quotas
from shared.core.database.rate_limit import Refused
from shared.core.database.session import Session
from shared.core.deadline import Deadline
from shared.core.errors import ApiError
from shared.tasks import TaskQuery, TaskStore
from tests.neon.certificates import make_certificates
from tests.neon.pgbouncer import PgBouncer

LONG = True
_DATABASE = "neighbours"
_SERVER_CONNECTIONS = 20
_PROCESSES, _THREADS = 4, 20
_SECONDS = 30.0
_TRAVEL_S, _PAUSE_S = 0.02, 0.02
_LIMIT = 300


def measure(_rounds: int) -> Result:
    """One round: the situations follow one another."""
    why = "[Why it is so](decisions/0019-what-one-caller-may-cost-others.md)."
    note = f"Each has a hundred values, the percentiles of its requests. {why}"
    said = (
        f"An attacker at the quota of rows asks for filtered counts, {_PROCESSES * _THREADS} requests at once, and "
        "asks again as soon as an answer has travelled. The victim asks for one list after the other. All go through "
        f"PgBouncer with {_SERVER_CONNECTIONS} server connections, as behind Neon's pooled host; {_SECONDS:g} s for "
        "each situation, all on the same cores."
    )
    bars = Bars("The victim's list of 50", "ms", _situations(), note=note)
    return Result("neighbours", "An attack by a neighbour", 70, said, 1, (bars,))


def _situations() -> dict[str, Figures]:
    with temporary_postgres() as server, tempfile.TemporaryDirectory(prefix="tasks-bench-") as directory:
        database = migrated_database(server, _DATABASE)
        _seed(database.superuser)
        functions = urlsplit(database.functions)
        socket = parse_qs(functions.query)["host"][0]
        login = functions.username or ""
        with PgBouncer(
            Path(directory), make_certificates(Path(directory)), socket, login, pool_size=_SERVER_CONNECTIONS
        ) as pooler:
            pooled = f"postgresql://{login}@127.0.0.1:{pooler.port}/{_DATABASE}?sslmode=disable"
            took = {
                "quiet": _victim(pooled),
                "attacked": _attacked(pooled, _LIMIT),
                "attacked, rate limit off": _attacked(pooled, 0),
                "quiet again": _victim(pooled),
            }
            return {name: Figures(hundredths(each)) for name, each in took.items()}


def _seed(url: str) -> None:
    with psycopg.connect(url) as connection:
        rows = Quotas().row_quota
        for user, count in (("attacker", rows), ("victim", 50)):
            connection.execute(
                "insert into users (id, revision, tasks, completed_tasks) values (%s, %s, %s, %s)",
                (user, count, count, count // 1000),
            )
            connection.execute(
                "insert into tasks (user_id, revision, title, completed, completed_at) "
                "select %s, n, 'Task ' || n, n %% 1000 = 0, case when n %% 1000 = 0 then now() end "
                "from generate_series(1, %s) n",
                (user, count),
            )
        connection.execute("analyze")


def _asking(url: str, user: str, limit: int) -> Callable[[TaskQuery], None]:
    source, refused = ConnectionSource(connection_parameters(url)), Refused()

    def ask(query: TaskQuery) -> None:
        session = Session(source, user, Deadline.after(9.5), rate_limit=limit, refused=refused)
        TaskStore(Caller(user, None, None, 0.0), session).list(query)

    return ask


def _victim(url: str) -> list[float]:
    """Milliseconds of each request."""
    ask, took, end = _asking(url, "victim", 0), [], time.monotonic() + _SECONDS
    while time.monotonic() < end:
        started = time.perf_counter()
        ask(TaskQuery(limit=50))
        took.append((time.perf_counter() - started) * 1000)
        time.sleep(_PAUSE_S)
    return took


def _attacked(url: str, limit: int) -> list[float]:
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    attackers = [spawn.Process(target=_attack, args=(url, limit, stop)) for _ in range(_PROCESSES)]
    for attacker in attackers:
        attacker.start()
    try:
        time.sleep(3)  # they have to import and to connect
        return _victim(url)
    finally:
        stop.set()
        for attacker in attackers:
            attacker.join(20)
            attacker.kill()


def _attack(url: str, limit: int, stop: Event) -> None:
    def run() -> None:
        ask = _asking(url, "attacker", limit)
        while not stop.is_set():
            with suppress(ApiError):
                ask(TaskQuery(count=True, completed=True))
            time.sleep(_TRAVEL_S)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    stop.wait()
