"""What one user's attack costs another: `python -m benchmarks.neighbours`.

The attacker keeps as many tasks as may be and asks, 80 requests at once, for a list with a count of the completed ones.
The victim asks for a list of 50, one request after the other. All go through PgBouncer with 20 server connections, as
behind Neon's pooled host; each request is run by the store that the functions use. A refused attacker asks again after
the time that an answer takes to travel.
"""

import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

from benchmarks.measure import machine
from local.login.developer import migrated_logins
from local.postgres.developer import OWNER, finish_alembic, start_alembic
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

_DATABASE = "neighbours"
_SERVER_CONNECTIONS = 20
_PROCESSES, _THREADS = 4, 20
_SECONDS = 30.0
_TRAVEL_S, _PAUSE_S = 0.02, 0.02
_LIMIT = 300


def main() -> None:
    print(f"{machine()}; {_PROCESSES * _THREADS} requests at once, {_SERVER_CONNECTIONS} server connections\n")
    with temporary_postgres() as server, tempfile.TemporaryDirectory(prefix="tasks-bench-") as directory:
        server.create_role(OWNER)
        server.create_database(_DATABASE, OWNER)
        owner = server.url(_DATABASE, OWNER)
        finish_alembic(start_alembic(owner, {}, "upgrade", "head"))
        login = urlsplit(migrated_logins(owner).functions).username or ""
        _seed(server.url(_DATABASE))
        socket = parse_qs(urlsplit(owner).query)["host"][0]
        with PgBouncer(
            Path(directory), make_certificates(Path(directory)), socket, login, pool_size=_SERVER_CONNECTIONS
        ) as pooler:
            pooled = f"postgresql://{login}@127.0.0.1:{pooler.port}/{_DATABASE}?sslmode=disable"
            print("| the victim's list, ms | median | p95 | p99 | requests |\n|---|---|---|---|---|")
            _show("quiet", _victim(pooled))
            for name, limit in (("attacked", _LIMIT), ("attacked, rate limit off", 0)):
                _show(name, _attacked(pooled, limit))
            _show("quiet again", _victim(pooled))


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


def _show(name: str, took: list[float]) -> None:
    cuts = statistics.quantiles(took, n=100)
    print(f"| {name} | {cuts[49]:.2f} | {cuts[94]:.2f} | {cuts[98]:.2f} | {len(took)} |", flush=True)


if __name__ == "__main__":
    main()
