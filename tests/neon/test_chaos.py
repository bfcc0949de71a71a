"""Writes under random mixed faults: none lost, none doubled, every answer true."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from alembic import command

from local.login.developer import migrated_logins
from local.postgres.server import EmbeddedPostgres
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.api import Api, LambdaContext
from tests.conftest import OWNER, alembic_config
from tests.neon.test_faults import kill_all
from tests.proxy import Fault, Proxy

# Of 100 flights, after a connection is set up.
MIX = {
    Fault.LOSE_REQUEST: 5,
    Fault.LOSE_ANSWER: 5,
    Fault.RESET_BEFORE: 4,
    Fault.RESET_AFTER: 4,
    Fault.DELAY: 4,
    Fault.BLACK_HOLE: 0.2,
    Fault.NONE: 77.8,
}


def mixed(seed: int) -> Callable[[], Fault]:
    rng, lock = random.Random(seed), threading.Lock()

    def fault() -> Fault:
        with lock:
            return rng.choices(list(MIX), list(MIX.values()))[0]

    return fault


class Trouble:
    """Beside the faults of single flights: connections closed, sessions killed, connects refused for a moment.

    Before each of them, all that was delayed arrives.
    """

    def __init__(self, proxy: Proxy, server: EmbeddedPostgres) -> None:
        self._proxy, self._server = proxy, server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._make)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _make(self) -> None:
        rng = random.Random(7)
        while not self._over.wait(rng.uniform(0.2, 0.8)):
            self._proxy.deliver()
            trouble = rng.choice(["close", "kill", "refuse"])
            if trouble == "close":
                self._proxy.close_connections()
            elif trouble == "kill":
                kill_all(self._server)
            else:
                self._proxy.refuse()
                self._over.wait(0.1)
                self._proxy.listen_again()


@pytest.mark.parametrize(("processes", "writes"), [(1, 1000), (8, 130)])
def test_no_write_is_lost_and_none_is_doubled(
    proxy: Proxy, postgres: EmbeddedPostgres, database_url: str, processes: int, writes: int
) -> None:
    proxy.delay_s = 0
    proxy.fault = mixed(seed=processes)
    trouble = Trouble(proxy, postgres)
    told: dict[str, str] = {}
    with ExitStack() as stack:
        stack.callback(trouble.end)
        for process in [stack.enter_context(started(f"p{number}", writes)) for number in range(processes)]:
            output, _ = process.communicate(timeout=240)
            assert process.returncode == 0
            told |= json.loads(output.splitlines()[-1])

    with psycopg.connect(postgres.url(database_url.split("@/")[1].split("?", maxsplit=1)[0])) as connection:
        stored = Counter(title for (title,) in connection.execute("select title from tasks"))

    assert len(told) == processes * writes
    assert max(stored.values()) == 1, "doubled"
    created = {title: code for title, code in told.items() if " create " in title}
    assert {title for title, code in created.items() if code == "201"} <= set(stored), "lost"
    assert not {title for title, code in created.items() if code == "SERVICE_UNAVAILABLE"} & set(stored), "untrue"
    assert set(told.values()) <= {"200", "201", "SERVICE_UNAVAILABLE", "OUTCOME_UNKNOWN"}
    # The faults were felt, and most writes got through all the same.
    codes = Counter(told.values())
    assert codes["OUTCOME_UNKNOWN"] > processes * writes / 100
    assert codes["200"] + codes["201"] > processes * writes / 2


@contextmanager
def started(name: str, writes: int) -> Iterator[subprocess.Popen[str]]:
    """One that writes; it does not outlive the test, which may fail while it still tries."""
    command = [sys.executable, "-m", "tests.neon.chaos", name, str(writes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ.copy()) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_server_restart_in_the_middle_is_survived(
    database_url: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a server of its own, stopped and started while requests go on."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("restarted"), durable=True)
    server.start()
    try:
        server.create_role(OWNER)
        server.create_database("tasks", OWNER)
        command.upgrade(alembic_config(server.url("tasks", OWNER)), "head")
        monkeypatch.setenv("DATABASE_URL", migrated_logins(server.url("tasks", OWNER)).functions)
        monkeypatch.setenv("AUTH_SECRET", DEVELOPMENT_SECRET)
        api = Api(context=LambdaContext(remaining_ms=3000))
        before = api.created("Before")

        server.stop()
        down = api.create({"title": "While down"})
        server.start()

        assert (down.status, down.code) == (503, "SERVICE_UNAVAILABLE")
        time.sleep(int(down.headers["retry-after"]))
        assert api.create({"title": "After"}).status == 201
        assert {task["title"] for task in api.list().data} == {"Before", "After"}
        assert api.get(before["id"]).data == before
    finally:
        server.stop()
