"""Runs the events of events/ through their handlers, each against the same rows, and checks the answers."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from local import ROOT
from local.gateway.response import HttpResponse, InvalidResultError, from_result
from local.login.developer import migrated_logins
from local.postgres.developer import OWNER, finish_alembic, start_alembic
from local.postgres.server import EmbeddedPostgres
from local.replay.expectation import differences, differences_of_result
from local.template import Function, Template
from local.workers.errors import HandlersError, InvocationTimeoutError, WorkerError
from local.workers.pool import WorkerPool
from shared.core.auth.settings import DEVELOPMENT_SECRET

EVENTS = ROOT / "events"
_DATABASE = "tasks_replay"
_MIGRATIONS_TABLE = "alembic_version"
_SCHEDULE = "aws.events"
# What an expectation depends on is not the developer's to set: tokens are signed with the development secret, say.
_OURS = ("AUTH_", "DATABASE_", "RATE_LIMIT_", "QUOTA_")


class EventError(Exception):
    """A file that cannot be replayed; the text is one line."""


@dataclass(frozen=True, slots=True)
class Event:
    """A request of a route, which is answered over HTTP, or a scheduled event, which has a plain result."""

    path: Path
    content: dict[str, Any]
    function: Function

    @property
    def scheduled(self) -> bool:
        return self.content.get("source") == _SCHEDULE

    @property
    def request_id(self) -> str:
        return str(self.content["requestContext"].get("requestId", ""))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an event: its answer or its result, if there was one, and what is wrong with it."""

    faults: list[str]
    response: HttpResponse | None = None
    result: Any = None


def event_files() -> list[Path]:
    return sorted(EVENTS.glob("*.json"))


def expectation_file(event: Event) -> Path:
    return EVENTS / "expected" / event.path.name


def read_event(path: Path, template: Template) -> Event:
    """Read an event and find the function it is for.

    Raises:
        EventError: it is no JSON, no event, of no route of the template, or scheduled and the function is not clear.
    """
    content = _read_json(path)
    if isinstance(content, dict) and content.get("source") == _SCHEDULE:
        return Event(path, content, _scheduled_function(path, template))
    key = content.get("routeKey") if isinstance(content, dict) else None
    parts = [content.get(name) for name in ("headers", "requestContext")] if isinstance(content, dict) else [None]
    if not isinstance(key, str) or not all(isinstance(part, dict) for part in parts):
        raise EventError(
            f"{path}: not an API Gateway event of payload 2.0: routeKey, headers or requestContext is missing"
        )
    route = template.route(key)
    if route is None:
        raise EventError(f"{path}: the template has no route {key!r}")
    return Event(path, content, route.function)


def _scheduled_function(path: Path, template: Template) -> Function:
    """Named after its function, as every event is: a schedule's event says nothing of whom it is for."""
    for function in template.scheduled:
        module = function.handler.split(".")[-2]
        if path.stem == module or path.stem.startswith(f"{module}_"):
            return function
    modules = ", ".join(function.handler.split(".")[-2] for function in template.scheduled) or "none"
    raise EventError(f"{path}: the file must be named after the scheduled function that it is for: {modules}")


class Replayer:
    """Replays events in a worker, against one database that it resets before each; made by `open_replayer`.

    What a schedule calls has a worker of its own, which logs in as the purge does.
    """

    def __init__(self, runner: asyncio.Runner, answering: WorkerPool, scheduled: WorkerPool, url: str) -> None:
        self._runner = runner
        self._answering = answering
        self._scheduled = scheduled
        self._url = url

    def run(self, event: Event) -> Outcome:
        reset(self._url)
        pool = self._scheduled if event.scheduled else self._answering
        try:
            result = self._runner.run(pool.invoke(event.function, event.content))
        except (WorkerError, HandlersError, InvocationTimeoutError) as error:
            return Outcome([f"no answer: {error}"])
        return outcome_of(event, result)


def reset(url: str) -> None:
    """Leave what the seed says in the database, and nothing else."""
    # As the superuser, whom row security does not bind: the seed holds rows of several users.
    with psycopg.connect(url, autocommit=True) as connection:
        query = """select schemaname, tablename from pg_tables
          where schemaname in ('public', 'retention') and tablename <> %s"""
        tables = [sql.Identifier(*name) for name in connection.execute(query, (_MIGRATIONS_TABLE,))]
        # Of so few rows cheaper than to truncate, which makes the files of each table and index anew. All of them go,
        # so there is nothing to cascade.
        connection.execute("set session_replication_role = replica")
        connection.execute(sql.SQL("; ").join(sql.SQL("delete from {}").format(table) for table in tables))
        connection.execute("reset session_replication_role")
        for seed in sorted((EVENTS / "seed").glob("*.sql")):
            connection.execute(seed.read_bytes())


def outcome_of(event: Event, result: Any) -> Outcome:
    """Compare what a function returned with what is expected of this event."""
    try:
        response = None if event.scheduled else from_result(result)
    except InvalidResultError as error:
        return Outcome([f"no answer: {error}"])
    try:
        expected = _read_json(expectation_file(event))
    except EventError as error:
        return Outcome([str(error)], response, result)
    if response is None:
        return Outcome(differences_of_result(expected, result), result=result)
    return Outcome(differences(expected, response, event.request_id), response)


@contextmanager
def open_replayer(template: Template, server: EmbeddedPostgres, environ: Mapping[str, str]) -> Iterator[Replayer]:
    """A replayer with a new database of its own on `server`.

    Raises:
        MigrationError, HandlersError, WorkerError: there is nothing to replay against.
    """
    server.drop_database(_DATABASE)
    server.create_database(_DATABASE, OWNER)
    url = server.url(_DATABASE, OWNER)
    unset = {name: value for name, value in environ.items() if not name.startswith(_OURS)}
    finish_alembic(start_alembic(url, unset, "upgrade", "head"))
    logins = migrated_logins(url)
    environment = {**unset, "AUTH_SECRET": DEVELOPMENT_SECRET}
    answering = WorkerPool(template.handlers, 1, {**environment, "DATABASE_URL": logins.functions})
    scheduled = WorkerPool(template.handlers, 1, {**environment, "DATABASE_URL": logins.purge})
    with asyncio.Runner() as runner:
        try:
            # The other starts when it is needed.
            runner.run(answering.warm_up())
            yield Replayer(runner, answering, scheduled, server.url(_DATABASE))
        finally:
            runner.run(answering.close())
            runner.run(scheduled.close())
            server.drop_database(_DATABASE)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise EventError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise EventError(f"{path}: not JSON: {error}") from error
