"""What a request costs: one round trip on the wire, one of the caller's requests per minute."""

import pytest

from shared.core.environment import environment
from tests.api import Api
from tests.minutes import limit
from tests.proxy import Proxy
from tests.resources import Client, Resource, item_for, requests_of

LIMIT = 3


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch, served: str) -> None:
    limit(monkeypatch, LIMIT)


def test_a_warm_request_is_one_round_trip(proxy: Proxy, resource: Resource) -> None:
    client = Client(resource, Api())
    for name, send in requests_of(client).items():
        item = item_for(client, name)
        before = proxy.flights

        answer = send(item)

        assert answer.status in (200, 201, 204), name
        assert (proxy.flights - before, proxy.connections) == (1, 1), name


def test_what_the_request_alone_decides_costs_no_round_trip(proxy: Proxy, resource: Resource) -> None:
    client = Client(resource, Api())

    assert client.create("[]").status == 422
    assert client.page(limit=0).status == 422
    assert client.page(sort="none").status == client.page(q="\0").status == 422
    assert client.changes("none").status == 400
    assert client.batch().status == client.batch({"op": "none"}).status == 422
    assert {client.do(action, "1").status for action in resource.every_action} == {422}
    for authorization in (None, "Bearer x.y.z"):
        assert client.create("[]", headers={"authorization": authorization}).status == 401
    assert (proxy.connections, proxy.flights) == (0, 0)


@pytest.mark.usefixtures("limited")
def test_past_the_limit_it_is_429_and_nothing_happens(
    alice: Client, bob: Client, resource: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [alice.created(number) for number in range(LIMIT)]

    for name, send in requests_of(alice).items():
        refused = send(items[0]["id"])
        assert (refused.status, refused.code) == (429, "RATE_LIMITED"), name
        assert refused.headers["ratelimit"].startswith('"default";r=0;t=')
        assert 0 < int(refused.headers["retry-after"]) <= 60

    assert bob.page().status == 200
    monkeypatch.setenv("RATE_LIMIT_PER_MINUTE", "0")
    _start_anew()
    assert alice.everything() == items[::-1]


@pytest.mark.usefixtures("limited")
def test_what_never_reached_the_database_is_not_counted(alice: Client) -> None:
    for _ in range(LIMIT + 1):
        answer = alice.create("[]")
        assert (answer.status, "ratelimit" in answer.headers) == (422, False)

    assert alice.page().headers["ratelimit"].startswith(f'"default";r={LIMIT - 1};t=')


def _start_anew() -> None:
    """The settings are read again with the next request, as in a new process."""
    environment().connections.close()
    environment.cache_clear()
