"""Who is known to have nothing left, without asking the database."""

import pytest

from shared.core.clocks import Clocks
from shared.core.database.rate_limit import MOST_REMEMBERED, Refused


@pytest.fixture
def clock() -> dict[str, float]:
    return {"monotonic": 1000.0, "wall": 1000.0}


@pytest.fixture
def refused(clock: dict[str, float]) -> Refused:
    return Refused(Clocks(lambda: clock["monotonic"], lambda: clock["wall"]))


def test_nobody_is_refused_unasked(refused: Refused) -> None:
    assert refused.seconds_left("alice") == 0


@pytest.mark.parametrize("frozen", ["monotonic", "wall"])
def test_a_caller_is_refused_until_the_minute_ends_also_in_a_frozen_process(
    refused: Refused, clock: dict[str, float], frozen: str
) -> None:
    refused.remember("alice", 42)
    assert (refused.seconds_left("alice"), refused.seconds_left("bob")) == (42, 0)
    (runs,) = clock.keys() - {frozen}

    clock[runs] += 41.9
    assert refused.seconds_left("alice") == 1
    clock[runs] += 0.1
    assert refused.seconds_left("alice") == 0


def test_many_callers_take_a_bounded_memory_and_the_oldest_are_asked_for_again(refused: Refused) -> None:
    for number in range(MOST_REMEMBERED + 5):
        refused.remember(str(number), 60)

    assert [number for number in range(MOST_REMEMBERED + 5) if not refused.seconds_left(str(number))] == [*range(5)]
