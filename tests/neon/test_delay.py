"""What reaches the server late, after the function has sent it again and its caller went on: it changes nothing."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest

from local.postgres.server import EmbeddedPostgres
from local.samples import sample
from shared.core.database.batch import Batch
from shared.core.database.statement import Statement
from shared.tables.account import DELETE_ACCOUNT
from shared.tables.tasks import TASKS
from tests.api import Api
from tests.catalogue.tables import SERVES, WITHOUT_FOREIGN_KEY
from tests.conftest import database_of
from tests.integration.kept import kept_of
from tests.neon.test_faults import once
from tests.neon.test_repetition import Case, case_of, cases_of
from tests.proxy import Fault, Proxy
from tests.resources import NOBODYS, RESOURCES, Client, Resource, new_id

UPDATE = TASKS.patch.sql
# Of those that every resource has; a test that finds none of its requests repeated would say nothing.
REPEATED = {"update", "patch", "delete", "create under a key", "create with an id", "batch"}


@pytest.fixture
def superuser(proxy: Proxy, postgres: EmbeddedPostgres, database_url: str) -> Iterator[psycopg.Connection[Any]]:
    proxy.delay_s = 0
    with psycopg.connect(postgres.url(database_of(database_url)), autocommit=True) as connection:
        yield connection


def repeated(proxy: Proxy, resource: Resource) -> Iterator[tuple[str, Case]]:
    """Each request that was answered by its repetition, and whose first sending is still under way."""
    names = set()
    for name in cases_of(resource):
        case = case_of(resource, name, "alice")
        proxy.fault = once(Fault.DELAY)
        answer = case.send()
        if answer.status < 300:
            names.add(name)
            yield name, case
        else:
            assert answer.code == "OUTCOME_UNKNOWN", name
    assert names >= REPEATED


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_what_was_written_since_its_repetition_stays(
    proxy: Proxy, resource: Resource, superuser: psycopg.Connection[Any]
) -> None:
    for name, (client, _, item_id) in repeated(proxy, resource):
        if client.get(item_id).status == 404:
            client.restore(item_id)
        assert client.update(item_id, sample(resource.update_body, 4)).status == 200
        before = kept_of(superuser, str(client.api.user))

        proxy.deliver()

        assert kept_of(superuser, str(client.api.user)) == before, name


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_an_account_that_was_deleted_since_stays_so(
    proxy: Proxy, resource: Resource, superuser: psycopg.Connection[Any]
) -> None:
    for name, (client, *_) in repeated(proxy, resource):
        assert client.api.call("delete_me", "DELETE", "/me").status == 204

        proxy.deliver()

        kept = kept_of(superuser, str(client.api.user))
        assert {table for table, rows in kept.items() if rows} <= WITHOUT_FOREIGN_KEY, name


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_what_was_made_since_it_was_not_found_stays(
    proxy: Proxy, resource: Resource, superuser: psycopg.Connection[Any]
) -> None:
    """Not even its owner was there."""
    for name in ("update", "patch", "delete"):
        client, item_id = Client(resource, Api(name)), new_id()
        proxy.fault = once(Fault.DELAY)
        assert client.do(name, item_id).status == 404
        assert client.create(sample(resource.create_body) | {"id": item_id}).status == 201
        before = kept_of(superuser, name)

        proxy.deliver()

        assert kept_of(superuser, name) == before, name


def test_an_account_that_was_begun_since_its_deletion_stays(proxy: Proxy, superuser: psycopg.Connection[Any]) -> None:
    api = Api()
    api.created()
    proxy.fault = once(Fault.DELAY)
    assert api.call("delete_me", "DELETE", "/me").status == 204
    api.created()
    before = kept_of(superuser, "alice")

    proxy.deliver()

    assert kept_of(superuser, "alice") == before


def test_however_many_are_under_way(proxy: Proxy, superuser: psycopg.Connection[Any]) -> None:
    api = Api()
    task = api.created()["id"]
    for number in range(20):
        proxy.fault = once(Fault.DELAY)
        assert api.update(task, {"title": f"{number}"}).status == 200
    api.update(task, {"title": "The last"})
    before = kept_of(superuser, "alice")

    proxy.deliver()

    assert kept_of(superuser, "alice") == before


def test_the_repetition_waits_for_one_that_runs(proxy: Proxy, superuser: psycopg.Connection[Any]) -> None:
    """That one waits for the owner's row, which another has."""
    api = Api()
    task = api.created()["id"]
    with ThreadPoolExecutor() as threads:
        with superuser.transaction():
            superuser.execute("select from users where id = 'alice' for update")
            answer = threads.submit(api.update, task, {"title": "Changed"})
            wait_until_waiting(superuser, ["transactionid"])
            proxy.close_connections()
            wait_until_waiting(superuser, ["advisory", "transactionid"])

        assert (answer.result().status, answer.result().data["version"]) == (200, 2)


@pytest.mark.parametrize("statement", [UPDATE, DELETE_ACCOUNT.sql], ids=["update", "delete account"])
def test_one_that_comes_while_its_repetition_runs_waits_for_it_and_is_refused(
    functions_url: str, superuser: psycopg.Connection[Any], statement: LiteralString
) -> None:
    """What the repetition has written down is not to be seen until it ends."""
    Api().created()
    lost, other = uuid4().hex, uuid4().hex
    with (
        psycopg.connect(functions_url) as late,
        psycopg.connect(functions_url) as repetition,
        ThreadPoolExecutor() as threads,
    ):
        send(repetition, Batch(SERVES, "alice", 9, 0, attempt=other, repeats=lost), statement)
        answer = threads.submit(send, late, Batch(SERVES, "alice", 9, 0, attempt=lost), statement)
        wait_until_waiting(superuser, ["advisory"])
        repetition.commit()

        with pytest.raises(psycopg.Error) as refused:
            answer.result()
    assert refused.value.sqlstate == "TA410"


def send(connection: psycopg.Connection[Any], batch: Batch, statement: LiteralString) -> None:
    """As a function does, but for the end of the transaction."""
    parameters = {"user_id": "alice", "id": NOBODYS, "patch": "{}", "expected": None}
    for query in batch.queries(Statement(statement, repeatable=True), parameters):
        connection.execute(query.sql, query.parameters)


def wait_until_waiting(superuser: psycopg.Connection[Any], locks: list[str]) -> None:
    query = "select array_agg(locktype order by locktype) from pg_locks where not granted"
    end = time.monotonic() + 10
    while superuser.execute(query).fetchone() != (locks,):
        assert time.monotonic() < end
        time.sleep(0.01)
