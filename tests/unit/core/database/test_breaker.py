"""The circuit breaker: how long nobody tries, and who finds out."""

import pytest

from shared.core.clocks import Clocks
from shared.core.database.breaker import FIRST_PAUSE_S, LONGEST_PAUSE_S, Breaker


@pytest.fixture
def now() -> list[float]:
    return [1000.0]


@pytest.fixture
def breaker(now: list[float]) -> Breaker:
    return Breaker(Clocks(lambda: now[0], lambda: now[0]))


def test_it_is_closed_until_something_fails(breaker: Breaker) -> None:
    assert (breaker.seconds_left(), breaker.probing) == (0, False)


def test_each_failure_opens_it_for_twice_as_long_up_to_a_bound(breaker: Breaker, now: list[float]) -> None:
    pauses = []
    for _ in range(8):
        breaker.failed()
        pauses.append(breaker.seconds_left())
        now[0] += pauses[-1]
        assert breaker.seconds_left() == 0
        assert breaker.probing

    assert pauses[:3] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert pauses[-1] == LONGEST_PAUSE_S


def test_it_goes_on_after_hours_of_failures(breaker: Breaker, now: list[float]) -> None:
    for _ in range(3000):
        breaker.failed()
    assert breaker.seconds_left() == LONGEST_PAUSE_S

    now[0] += LONGEST_PAUSE_S

    assert breaker.seconds_left() == 0


def test_it_is_open_to_the_last_moment(breaker: Breaker, now: list[float]) -> None:
    breaker.failed()
    now[0] += FIRST_PAUSE_S - 0.01

    assert breaker.seconds_left() == 1


def test_a_success_closes_it_and_the_next_failure_is_the_first(breaker: Breaker, now: list[float]) -> None:
    for _ in range(5):
        breaker.failed()
    breaker.succeeded()
    assert (breaker.seconds_left(), breaker.probing) == (0, False)

    breaker.failed()

    assert breaker.seconds_left() == FIRST_PAUSE_S
