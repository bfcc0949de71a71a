"""Requests are sent when they are due, and their wait counts from then, whatever became of those before."""

import asyncio
import itertools
import math
from collections import Counter

import pytest

from benchmarks.load import generator
from benchmarks.load.crowd import WEIGHTS, Crowd
from benchmarks.load.generator import drive, run_precisely
from benchmarks.load.request import Answer, Request
from benchmarks.load.sample import Sample, by_kind, faults, hundredths, over_time, percentile
from benchmarks.load.schedule import due_times

GET = Request("get", "GET", "/api/tasks/1", "token")


class Slow:
    """Answers each request after so many seconds, one after the other, as a single worker does."""

    def __init__(self, seconds: float, status: int = 200) -> None:
        self.seconds, self.status = seconds, status
        self.busy = asyncio.Lock()

    async def ask(self, _: Request) -> Answer:
        async with self.busy:
            await asyncio.sleep(self.seconds)
        return Answer(self.status, b"{}")


def test_requests_are_due_as_often_as_was_asked_for() -> None:
    due = list(due_times(200, 100, seed=1))
    gaps = [later - earlier for earlier, later in itertools.pairwise(due)]
    mean = sum(gaps) / len(gaps)
    deviation = math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps))

    assert due == sorted(due)
    assert due[0] > 0
    assert due[-1] < 100
    assert len(due) == pytest.approx(20_000, rel=0.03)
    # Of arrivals that know nothing of each other the gaps deviate by as much as they are long.
    assert deviation == pytest.approx(mean, rel=0.05)


def test_a_seed_names_one_schedule() -> None:
    assert list(due_times(50, 2, seed=7)) == list(due_times(50, 2, seed=7))
    assert list(due_times(50, 2, seed=7)) != list(due_times(50, 2, seed=8))


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (1, 1), (50, 50), (95, 95), (99, 99), (99.5, 100), (100, 100)])
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(percent: float, value: float) -> None:
    assert percentile(range(1, 101), percent) == value


def test_a_percentile_of_one_value_is_that_value() -> None:
    assert [percentile([3.5], percent) for percent in (0, 50, 100)] == [3.5, 3.5, 3.5]


def test_a_distribution_in_a_hundred_values_keeps_its_ends() -> None:
    values = hundredths(range(1000, 0, -1))
    assert (len(values), values[0], values[50], values[100]) == (101, 1, 500, 1000)


def test_latencies_are_kept_apart_by_kind_and_by_when_they_were_due() -> None:
    samples = [Sample("get", 0.1, 3), Sample("list", 4.9, 2), Sample("get", 5, 1), Sample("get", 6, 9, "500 to get")]
    assert by_kind(samples) == {"get": [1, 3], "list": [2]}
    assert over_time(samples, 5) == {0: [2, 3], 5: [1]}
    assert faults(samples) == {"500 to get": 1}


def test_a_wait_counts_from_when_the_request_was_due() -> None:
    """Ten at once, each a twentieth of a second: the last waits for all. A closed loop would see each take as long."""
    samples = run_precisely(drive(Slow(0.05), [0.0] * 10, lambda: GET))
    assert len(samples) == 10
    assert sorted(sample.ms for sample in samples)[-1] >= 10 * 50


def test_an_unexpected_answer_is_a_fault() -> None:
    samples = run_precisely(drive(Slow(0, status=503), [0.0], lambda: GET))
    assert faults(samples) == {"503 to get": 1}


def test_what_no_answer_comes_to_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "LONGEST_S", 0.05)
    assert faults(run_precisely(drive(Slow(9), [0.0], lambda: GET))) == {"no answer in time": 1}


def test_no_more_are_under_way_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "MOST_UNDER_WAY", 3)
    samples = run_precisely(drive(Slow(0.02), [0.0] * 5, lambda: GET))
    assert faults(samples) == {"not sent: too many under way": 2}


def test_what_was_learned_of_an_answer_is_used() -> None:
    crowd = Crowd({"u1": (["kept"], [])}, seed=1)
    assert "after" not in crowd.next_request("changes").query
    crowd.next_request("changes").learn(b'{"meta": {"cursor": "c7"}}')
    assert crowd.next_request("changes").query == "after=c7"
    assert crowd.next_request("delete").kind == "create"  # there is none that may go
    crowd.next_request("create").learn(b'{"data": {"id": "made"}}')
    assert crowd.next_request("delete").path == "/api/tasks/made"


def test_nobody_asks_for_what_is_about_to_be_deleted() -> None:
    crowd = Crowd({"u1": (["kept"], ["spare"])}, seed=1)
    requests = [crowd.next_request() for _ in range(300)]
    assert {request.kind for request in requests if "spare" in request.target} == {"delete"}


def test_the_mix_is_that_of_the_weights() -> None:
    crowd = Crowd({"u1": (["kept"], [str(number) for number in range(10_000)])}, seed=1)
    found = Counter(crowd.next_request().kind for _ in range(10_000))
    assert found.keys() == WEIGHTS.keys()
    for kind, weight in WEIGHTS.items():
        assert found[kind] / 10_000 == pytest.approx(weight / sum(WEIGHTS.values()), abs=0.015)


def test_a_devices_batches_are_numbered_one_after_the_other() -> None:
    crowd = Crowd({"u1": (["kept"], [])}, seed=1)
    first, other = crowd.next_request("batch"), crowd.next_request("batch")
    first.learn(b"")
    second = crowd.next_request("batch")

    assert first.body["seq"] == other.body["seq"] == 1
    assert first.body["client_id"] != other.body["client_id"]
    assert (second.body["client_id"], second.body["seq"]) == (first.body["client_id"], 2)
