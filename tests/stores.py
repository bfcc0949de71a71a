"""Stores without functions: on connections of one's own, and many at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from local.resources import Store
from shared.core.auth.verifier import Caller
from shared.core.database.connection import ConnectionSource
from shared.core.database.conninfo import connection_parameters
from shared.core.database.session import Session
from shared.core.deadline import Deadline


def store_for(store: Store, user: str, source: ConnectionSource) -> Any:
    """The store of one user as a function makes it, on a connection of its own."""
    return store(Caller(user, None, None, 0), Session(source, user, Deadline.after(20)))


@contextmanager
def connection_source(url: str) -> Iterator[ConnectionSource]:
    source = ConnectionSource(connection_parameters(url))
    try:
        yield source
    finally:
        source.close()


def at_once(url: str, *jobs: Callable[[ConnectionSource], None]) -> None:
    """Run the jobs in threads that begin together, each with a connection of its own; the first failure is raised."""
    together, failures = threading.Barrier(len(jobs)), list[BaseException]()

    def run(job: Callable[[ConnectionSource], None], source: ConnectionSource) -> None:
        try:
            source.get(Deadline.after(9))
            together.wait(20)
            job(source)
        except BaseException as failure:  # noqa: BLE001  # a thread's failure is the test's
            failures.append(failure)

    with ExitStack() as stack:
        threads = []
        for job in jobs:
            source = stack.enter_context(connection_source(url))
            threads.append(threading.Thread(target=run, args=(job, source)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for failure in failures:
        raise failure
