"""The connection's life: what makes it stale, and what becomes of a dial that nobody waits for."""

from collections.abc import Iterator

import pytest

from shared.core.clocks import Clocks
from shared.core.database.connection import MAX_DIAL_S, MAX_IDLE_S, ConnectionSource
from shared.core.database.conninfo import connection_parameters
from shared.core.deadline import Deadline


class FakeClocks:
    def __init__(self) -> None:
        self.monotonic_now = self.wall_now = 1000.0

    @property
    def clocks(self) -> Clocks:
        return Clocks(lambda: self.monotonic_now, lambda: self.wall_now)


@pytest.fixture
def clock() -> FakeClocks:
    return FakeClocks()


@pytest.fixture
def source(functions_url: str, clock: FakeClocks) -> Iterator[ConnectionSource]:
    source = ConnectionSource(connection_parameters(functions_url), clock.clocks)
    yield source
    source.close()


def backend(source: ConnectionSource) -> int:
    return source.get(Deadline.after(5)).info.backend_pid


def test_a_connection_is_kept(source: ConnectionSource, clock: FakeClocks) -> None:
    first = backend(source)
    clock.monotonic_now += MAX_IDLE_S - 1
    clock.wall_now += MAX_IDLE_S - 1

    assert backend(source) == first
    assert not source.is_fresh


@pytest.mark.parametrize("which", ["monotonic_now", "wall_now"])
def test_too_long_idle_on_either_clock_is_dead(source: ConnectionSource, clock: FakeClocks, which: str) -> None:
    first = backend(source)
    setattr(clock, which, getattr(clock, which) + MAX_IDLE_S + 1)

    assert backend(source) != first
    assert source.is_fresh


def test_use_starts_the_idle_time_again(source: ConnectionSource, clock: FakeClocks) -> None:
    first = backend(source)
    for _ in range(3):
        clock.wall_now += MAX_IDLE_S - 1
        assert backend(source) == first


def test_a_wall_clock_set_back_keeps_the_connection(source: ConnectionSource, clock: FakeClocks) -> None:
    first = backend(source)
    clock.wall_now -= 10_000

    assert backend(source) == first


def test_a_dial_is_made_once_and_taken_once(source: ConnectionSource) -> None:
    dial = source._dial()

    assert source._dial() is dial
    assert backend(source) == dial.result(Deadline.after(5)).info.backend_pid
    assert source._dial() is not dial


def test_a_dial_that_comes_after_the_connection_makes_no_second_one(source: ConnectionSource) -> None:
    backend(source)

    source.dial()

    assert source._pending is None


def test_a_dial_that_was_frozen_is_not_waited_for(source: ConnectionSource, clock: FakeClocks) -> None:
    frozen = source._dial()
    connection = frozen.result(Deadline.after(5))
    left_behind = connection.info.backend_pid
    clock.wall_now += MAX_DIAL_S + 1

    assert backend(source) != left_behind
    assert connection.closed


def test_close_leaves_nothing_open(source: ConnectionSource) -> None:
    connection = source._dial().result(Deadline.after(5))

    source.close()

    assert connection.closed
    assert not source.connected
