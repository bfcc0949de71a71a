"""Every request of every resource, with its answer from the database lost, or lost on its way there.

What is expected is found by trying: a request that, sent again, is answered as before may be repeated by the function
itself, so that its caller notices nothing; of any other nobody knows whether it was done, and that is what is said.
"""

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
import pytest

from local.postgres.server import EmbeddedPostgres
from local.samples import sample
from tests import api
from tests.api import Answer, Api, LambdaContext
from tests.conftest import database_of
from tests.neon.test_faults import LOST, once
from tests.proxy import Fault, Proxy
from tests.resources import RESOURCES, Client, Resource, item_for, new_id, operations_on, requests_of

DONE = (Fault.LOSE_ANSWER, Fault.RESET_AFTER)
# Differs between users who do the same: ids, times, names.
_OF_ONE_USER = re.compile(r'"([0-9a-f]{8}-[^"]{27}|\d{4}-\d\d-\d\dT[^"]*|(alice|bob|carol)-[^"]*)"')


@pytest.fixture(params=RESOURCES, ids=str)
def resource(request: pytest.FixtureRequest) -> Resource:
    found: Resource = request.param
    return found


class Case(NamedTuple):
    """One user with something to work on, and the request that is to be sent."""

    client: Client
    send: Callable[[], Answer]
    item_id: str


def cases_of(resource: Resource) -> list[str]:
    """Every request that it takes, and once more those that may name a version."""
    conditional = [f"conditional {action.name}" for action in resource.changes]
    return [*requests_of(Client(resource, Api())), *conditional]


def case_of(resource: Resource, name: str, user: str) -> Case:
    client = Client(resource, Api(f"{user}-{name.replace(' ', '-')}"))
    found = client.created(1)["id"]
    client.update(found, sample(resource.update_body, 0))  # what the first value of each filter finds
    request = name.removeprefix("conditional ")
    item_id = item_for(client, request, 3)
    if request == name:
        return Case(client, lambda: requests_of(client)[name](item_id), item_id)
    headers = {"if-match": f'"{client.get(item_id).data["version"]}"'}
    return Case(client, lambda: client.do(request, item_id, headers=headers), item_id)


@contextmanager
def events() -> Iterator[list[tuple[str, Mapping[str, Any]]]]:
    """The function and the event of each request that is sent meanwhile."""
    found: list[tuple[str, Mapping[str, Any]]] = []

    def observe(function: str, event: Mapping[str, Any], _answer: Answer) -> None:
        found.append((function, event))

    api.OBSERVERS.append(observe)
    try:
        yield found
    finally:
        api.OBSERVERS.remove(observe)


def says_the_same_again(case: Case) -> bool:
    """Whether the very same request, sent twice, is answered twice alike."""
    with events() as sent:
        first = case.send()
    ((function, event),) = sent
    assert first.status < 300, first.text
    again = importlib.import_module(f"functions.{function}").handler(event, LambdaContext())
    return bool(again["statusCode"] < 300 and _data(first.text) == _data(again["body"]))


def _data(text: str) -> str:
    """But for `meta`, which says when a cursor was given, and that a batch was replayed."""
    return text.partition(',"meta":')[0]


def _anybodys(text: str) -> str:
    return _OF_ONE_USER.sub('""', _data(text))


def state_of(superuser: psycopg.Connection[Any], case: Case) -> tuple[str, Any]:
    """All items, and the last revision: how often something was written."""
    query = "select revision from users where id = %s"
    return _anybodys(case.client.page().text), superuser.execute(query, (case.client.api.user,)).fetchone()


@pytest.mark.parametrize("fault", LOST)
def test_what_is_answered_after_a_fault_is_true(
    proxy: Proxy, resource: Resource, fault: Fault, postgres: EmbeddedPostgres, database_url: str
) -> None:
    proxy.delay_s = 0
    answers: dict[str, set[str]] = {"repeated": set(), "unknown": set()}
    with psycopg.connect(postgres.url(database_of(database_url)), autocommit=True) as superuser:
        for name in cases_of(resource):
            repeatable = says_the_same_again(case_of(resource, name, "carol"))
            calm, tried = (case_of(resource, name, user) for user in ("alice", "bob"))
            before, undisturbed, after = state_of(superuser, calm), calm.send(), state_of(superuser, calm)
            proxy.fault = once(fault)

            answer = tried.send()

            if repeatable:
                answers["repeated"].add(name)
                assert (answer.status < 300, _anybodys(answer.text)) == (True, _anybodys(undisturbed.text)), name
                assert state_of(superuser, tried) == after, name
            elif name == "delete":
                # Once more, it finds nothing; and that there is no such item is true.
                assert answer.status == (404 if fault in DONE else 204)
                assert state_of(superuser, tried) == after
            else:
                answers["unknown"].add(name)
                assert (answer.status, "OUTCOME_UNKNOWN" in answer.text) == (503, True), name
                assert state_of(superuser, tried) == (after if fault in DONE else before), name
    assert answers["repeated"] >= {
        "list",
        "changes",
        "get",
        "patch",
        "batch",
        "create with an id",
        "create under a key",
    }
    assert answers["unknown"] >= {"create", "restore", *resource.collective, "conditional patch", "conditional delete"}


def test_a_batch_into_a_black_hole_is_done_once_when_it_is_sent_again(proxy: Proxy, resource: Resource) -> None:
    client = Client(resource, Api(context=LambdaContext(remaining_ms=2000)))
    item_id, client_id = client.created()["id"], new_id()
    operations = operations_on(resource, item_id)
    proxy.fault = once(Fault.BLACK_HOLE)

    lost = client.batch(*operations, client_id=client_id)
    done = client.batch(*operations, client_id=client_id)
    again = client.batch(*operations, client_id=client_id)

    assert (lost.status, lost.code) == (503, "OUTCOME_UNKNOWN")
    assert [result["status"] for result in done.data] == ["done"] * len(operations)
    assert (again.data, again.json["meta"]["replayed"]) == (done.data, True)
