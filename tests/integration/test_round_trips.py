"""Round trips, counted on the wire by a proxy between the functions and PostgreSQL: what costs none of them."""

import pytest

from tests.api import Api, token_for
from tests.proxy import Proxy


def test_the_proxy_sees_more_where_there_is_more(proxy: Proxy) -> None:
    api = Api()
    api.created()
    before = proxy.flights

    api.list()
    api.list()

    assert proxy.flights - before == 2


@pytest.mark.parametrize(
    "headers",
    [{"authorization": None}, {"authorization": "Bearer x.y.z"}, {"authorization": f"Bearer {token_for('a', exp=1)}"}],
    ids=["none", "forged", "expired"],
)
def test_a_refused_token_costs_no_round_trip(proxy: Proxy, headers: dict[str, str | None]) -> None:
    assert Api().create({"title": "Buy milk"}, headers=headers).status == 401
    assert (proxy.connections, proxy.flights) == (0, 0)


def test_what_the_request_alone_decides_costs_no_round_trip(proxy: Proxy) -> None:
    assert Api().create({"title": ""}).status == 422
    assert (proxy.connections, proxy.flights) == (0, 0)


def test_health_costs_no_round_trip(proxy: Proxy) -> None:
    answer = Api(user=None).call("health", "GET", "/health")

    assert (answer.status, answer.data["status"]) == (200, "ok")
    assert (proxy.connections, proxy.flights) == (0, 0)
