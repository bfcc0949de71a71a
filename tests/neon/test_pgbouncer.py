"""Everything through PgBouncer in transaction mode, where a few server connections are shared by all callers."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import psycopg
import pytest

from local.postgres.server import EmbeddedPostgres
from shared.core.auth.verifier import Caller
from shared.core.database.connection import ConnectionSource
from shared.core.database.conninfo import connection_parameters
from shared.core.database.session import Session
from shared.core.deadline import Deadline
from shared.core.errors import OutcomeUnknown, ServiceUnavailable
from shared.tasks import TaskCompletion, TaskCreate, TaskQuery, TaskStore, TaskUpdate
from tests.neon.certificates import Certificates
from tests.neon.pgbouncer import PgBouncer

LEFT_OVER = """select current_user::text, current_setting('app.user_id', true) as caller,
  current_setting('statement_timeout') as timeout, current_setting('transaction_read_only') as read_only"""


@pytest.fixture
def pooled_url(pgbouncer: PgBouncer, certificates: Certificates, functions_url: str) -> str:
    parts = urlsplit(functions_url)
    tls = f"sslmode=verify-full&sslrootcert={certificates.authority}&sslnegotiation=postgres"
    return f"postgresql://{parts.username}@localhost:{pgbouncer.port}{parts.path}?{tls}"


@pytest.fixture
def open_sources(pooled_url: str) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def store_for(user: str, source: ConnectionSource, seconds: float = 9.0) -> TaskStore:
    return TaskStore(Caller(user, None, None, 0.0), Session(source, user, Deadline.after(seconds)))


def source_to(url: str, stack: ExitStack) -> ConnectionSource:
    source = ConnectionSource(connection_parameters(url))
    stack.callback(source.close)
    return source


@pytest.mark.parametrize("way", ["pooled", "direct"])
def test_all_operations_work_either_way(way: str, pooled_url: str, functions_url: str, open_sources: ExitStack) -> None:
    source = source_to(pooled_url if way == "pooled" else functions_url, open_sources)
    store = store_for("alice", source)

    task = store.create(TaskCreate(title="Buy milk")).data
    assert store.get(task.id).data == task
    assert store.update(task.id, TaskUpdate(title="Buy bread")).data.title == "Buy bread"
    assert store.complete(task.id, None).data.completed
    assert not store.complete(task.id, TaskCompletion(completed=False)).data.completed
    assert [one.id for one in store.list(TaskQuery(count=True)).data] == [task.id]
    store.delete(task.id)
    assert store.list(TaskQuery(count=True)).meta.total == 0


def test_callers_never_cross_on_shared_server_connections(pooled_url: str, open_sources: ExitStack) -> None:
    """Eight clients as eight users over three server connections: each sees what is theirs, every time."""
    crossed: list[str] = []

    def work(user: str, source: ConnectionSource) -> None:
        for number in range(50):
            store = store_for(user, source)
            made = store.create(TaskCreate(title=f"{user} {number}")).data
            page = store.list(TaskQuery(limit=1, count=True))
            if made.user_id != user or page.data[0].user_id != user or page.meta.total != number + 1:
                crossed.append(f"{user} {number}")

    threads = [
        threading.Thread(target=work, args=(f"user{number}", source_to(pooled_url, open_sources)))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert crossed == []


def test_nothing_of_a_batch_is_left_on_the_server_connection(pooled_url: str, open_sources: ExitStack) -> None:
    source = source_to(pooled_url, open_sources)
    with psycopg.connect(pooled_url, autocommit=True, prepare_threshold=None) as other:
        before = other.execute(LEFT_OVER).fetchone()
        store_for("alice", source).create(TaskCreate(title="Buy milk"))
        store_for("bob", source).list(TaskQuery())
        after = [other.execute(LEFT_OVER).fetchone() for _ in range(6)]

    assert {(row[0], row[1] or None, *row[2:]) for row in after if row} == {
        (before[0], before[1] or None, *before[2:]) if before else None
    }


def test_temporary_tables_of_another_client_are_not_written_to(pooled_url: str, open_sources: ExitStack) -> None:
    """A pooled server connection keeps them, and PostgreSQL looks there first unless it is told otherwise."""
    with psycopg.connect(pooled_url, autocommit=True, prepare_threshold=None) as other:
        # Of any shape: without a search path of its own, the batch would find this one first.
        other.execute("create temp table tasks (user_id text, id uuid)")
        other.execute("grant all on pg_temp.tasks to tasks_api")
        other.execute("set search_path to pg_temp")
        source = source_to(pooled_url, open_sources)

        for _ in range(4):
            store_for("alice", source).create(TaskCreate(title="Buy milk"))

        assert store_for("alice", source).list(TaskQuery(count=True)).meta.total == 4
        assert other.execute("select count(*) from pg_temp.tasks").fetchone() == (0,)


def test_an_exhausted_pool_is_503_and_recovers(
    pooled_url: str, open_sources: ExitStack, postgres: EmbeddedPostgres
) -> None:
    """`query_wait_timeout` ends the connection of whoever waited too long."""
    source = source_to(pooled_url, open_sources)
    store_for("alice", source).create(TaskCreate(title="Before"))
    with ExitStack() as hogs:
        for _ in range(3):
            hog = hogs.enter_context(psycopg.connect(pooled_url, prepare_threshold=None))
            hog.execute("select 1")  # a transaction stays open on each server connection

        with pytest.raises(ServiceUnavailable):
            store_for("alice", source, seconds=3).list(TaskQuery())
        with pytest.raises((ServiceUnavailable, OutcomeUnknown)):
            store_for("alice", source, seconds=3).create(TaskCreate(title="While full"))

    store = store_for("alice", source)
    assert [task.title for task in store.list(TaskQuery()).data] == ["Before"]
