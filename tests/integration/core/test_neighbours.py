"""What one caller's requests, or a database out of reach, cost everybody else."""

from dataclasses import replace
from typing import Any

import psycopg
import pytest

from shared.core.clocks import Clocks
from shared.core.database import breaker, retry
from shared.core.database.connection import LONGEST_WAKE_S, Dial
from shared.core.database.session import _LONGEST_READ_S
from shared.core.database.statement import Statement
from shared.core.environment import environment
from shared.core.resource.listing import Listing
from tests.api import Answer, Api, LambdaContext
from tests.minutes import Counter, limit
from tests.proxy import Proxy

TIMED_OUT = "select pg_sleep(10) as _total, null::uuid as id"


def listing(monkeypatch: pytest.MonkeyPatch, sql: Any, *, read_only: bool = True) -> None:
    """Another statement for the list."""
    statement = Statement(sql, read_only=read_only, repeatable=True)
    monkeypatch.setattr(Listing, "statement", lambda _, **__: statement)


@pytest.mark.parametrize(("read_only", "least", "most"), [(True, 1000, 1000 * _LONGEST_READ_S), (False, 8000, 9500)])
def test_a_read_has_two_seconds_and_a_write_what_is_left(
    alice: Api, monkeypatch: pytest.MonkeyPatch, *, read_only: bool, least: float, most: float
) -> None:
    said: list[int] = []
    statement = "select setting::int as _total, null::uuid as id from pg_settings where name = 'statement_timeout'"
    listing(monkeypatch, statement, read_only=read_only)

    said.append(alice.list(count=True).json["meta"]["total"])

    assert least <= said[0] <= most


def test_a_request_that_timed_out_stays_counted(
    alice: Api, superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = Counter(superuser)
    alice.list()
    listing(monkeypatch, TIMED_OUT)
    in_a_hurry = replace(alice, context=LambdaContext(remaining_ms=3500))

    answer = in_a_hurry.list()

    assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")
    assert counter.requests == 2


def test_one_that_failed_by_a_defect_too(
    alice: Api, superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = Counter(superuser)
    listing(monkeypatch, "select 1 / 0 as _total, null::uuid as id")

    assert alice.list().status == 500
    assert counter.requests == 1


def test_a_caller_known_to_have_nothing_left_costs_no_round_trip(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, 1)
    alice, bob = Api("alice"), Api("bob")
    assert [alice.list().status for _ in range(2)] == [200, 429]
    before = proxy.flights

    answers = [alice.list(), alice.create({"title": "x"}), alice.list()]

    assert proxy.flights == before
    for answer in answers:
        assert (answer.status, answer.code) == (429, "RATE_LIMITED")
        assert 0 < int(answer.headers["retry-after"]) <= 60
        assert answer.headers["ratelimit"].startswith('"default";r=0;t=')
    assert bob.list().status == 200


def test_the_database_is_asked_again_when_the_minute_has_ended(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, 1)
    now = [0.0]
    alice = Api("alice")
    alice.list()
    environment().refused.clocks = Clocks(lambda: now[0], lambda: now[0])
    alice.list()
    assert alice.list().status == 429
    before = proxy.flights

    now[0] += 60
    alice.list()

    assert proxy.flights == before + 1


class OutOfReach:
    """A database that refuses connections, and the time of the process that wants one."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy, self.now = proxy, 1000.0
        Api().list()  # the environment is there
        self._source = environment().connections
        self._source.breaker.clocks = Clocks(lambda: self.now, lambda: self.now)
        self._dials, dial = 0, self._source._dial
        self._source._dial = self._counting(dial)  # type: ignore[method-assign]
        self._source.drop()
        proxy.refuse()

    def _counting(self, dial: Any) -> Any:
        def counted() -> Any:
            self._dials += self._source._pending is None
            return dial()

        return counted

    def ask(self) -> tuple[Answer, int]:
        """The answer, and how often it was tried to connect."""
        before = self._dials
        return Api(context=LambdaContext(remaining_ms=9000)).list(), self._dials - before


@pytest.fixture
def out_of_reach(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> OutOfReach:
    monkeypatch.setattr(retry, "_longest_pause", lambda *_: 0.0)
    return OutOfReach(proxy)


def test_while_the_database_is_out_of_reach_requests_are_answered_at_once_and_one_probes(
    out_of_reach: OutOfReach,
) -> None:
    first, dials = out_of_reach.ask()
    assert (first.status, dials > 1) == (503, True)

    pauses = []
    for _ in range(4):
        for _ in range(3):
            answer, dials = out_of_reach.ask()
            assert (answer.status, answer.code, dials) == (503, "SERVICE_UNAVAILABLE", 0)
        pauses.append(int(answer.headers["retry-after"]))
        out_of_reach.now += pauses[-1]
        probe, dials = out_of_reach.ask()
        assert (probe.status, dials) == (503, 1)

    first_pause = int(breaker.FIRST_PAUSE_S)
    assert pauses == [first_pause, 2 * first_pause, 4 * first_pause, 8 * first_pause]


def test_the_probe_that_connects_ends_it(out_of_reach: OutOfReach) -> None:
    out_of_reach.ask()
    out_of_reach.proxy.listen_again()
    assert out_of_reach.ask()[0].status == 503

    out_of_reach.now += breaker.LONGEST_PAUSE_S

    assert [out_of_reach.ask()[0].status for _ in range(3)] == [200] * 3


def test_a_dial_under_way_is_waited_for_until_no_compute_wakes_so_late(
    out_of_reach: OutOfReach, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A black hole: connecting neither succeeds nor fails."""
    source = environment().connections
    source._clocks = Clocks(lambda: out_of_reach.now, lambda: out_of_reach.now)
    monkeypatch.setattr(Dial, "_connect", lambda *_: None)
    in_a_hurry = Api(context=LambdaContext(remaining_ms=1700))

    for _ in range(2):
        assert in_a_hurry.list().status == 503
        assert source.out_of_reach_for() == 0
    out_of_reach.now += LONGEST_WAKE_S + 1
    assert in_a_hurry.list().status == 503

    assert source.out_of_reach_for() == breaker.FIRST_PAUSE_S


def test_a_dial_that_ends_well_meanwhile_is_used_at_once(out_of_reach: OutOfReach) -> None:
    """As that of a compute which takes long to wake."""
    out_of_reach.ask()
    out_of_reach.proxy.listen_again()
    source = environment().connections
    dial = source._dial()
    dial._connected.result(timeout=5)

    assert out_of_reach.ask()[0].status == 200
