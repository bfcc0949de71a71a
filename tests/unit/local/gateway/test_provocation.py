"""FAIL and LATENCY, as `make dev` takes them."""

import asyncio
import json

import pytest

from local.gateway.provocation import RETRY_AFTER_S, Provocation, ProvocationError


def answers(count: int = 1, **environ: str) -> list[int | None]:
    provocation = Provocation.read(environ)

    async def ask() -> list[int | None]:
        found = [await provocation.answer("1") for _ in range(count)]
        return [answer.status if answer else None for answer in found]

    return asyncio.run(ask())


def test_nothing_is_provoked_unasked() -> None:
    assert answers(20) == [None] * 20


@pytest.mark.parametrize(("status", "code"), [("503", "SERVICE_UNAVAILABLE"), ("429", "RATE_LIMITED")])
def test_a_failure_is_in_the_shape_of_the_api_and_says_when_to_come_again(status: str, code: str) -> None:
    answer = asyncio.run(Provocation.read({"FAIL": status}).answer("the-id"))

    assert answer is not None
    headers = dict(answer.headers)
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"], error["request_id"]) == (int(status), code, "the-id")
    assert headers["retry-after"] == str(RETRY_AFTER_S)
    assert headers["cache-control"] == "no-store"
    assert f"FAIL={status}" in answer.cure


def test_a_share_of_the_requests_fails() -> None:
    found = answers(2000, FAIL="503:0.3")

    assert set(found) == {None, 503}
    assert 400 < found.count(503) < 800


@pytest.mark.parametrize(("share", "expected"), [("0", None), ("1", 429)])
def test_none_and_all_are_shares_too(share: str, expected: int | None) -> None:
    assert answers(50, FAIL=f"429:{share}") == [expected] * 50


def test_a_delay_comes_before_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)

    assert answers(LATENCY="200", FAIL="503") == [503]
    assert waited == [0.2]


@pytest.mark.parametrize("fail", ["500", "503:2", "503:", "503:0.3x", "all", "٥٠٣", "429:-1"])
def test_a_failure_that_is_none_is_refused(fail: str) -> None:
    with pytest.raises(ProvocationError, match="FAIL="):
        Provocation.read({"FAIL": fail})


@pytest.mark.parametrize("latency", ["-1", "0.2", "60001", "fast", "٢"])
def test_a_delay_that_is_none_is_refused(latency: str) -> None:
    with pytest.raises(ProvocationError, match="LATENCY="):
        Provocation.read({"LATENCY": latency})


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, []),
        ({"FAIL": "503"}, ["FAIL answers all requests with 503"]),
        (
            {"FAIL": "429:0.3", "LATENCY": "200"},
            ["FAIL answers 30% of the requests with 429", "LATENCY has each request wait for 200 ms"],
        ),
    ],
)
def test_what_is_provoked_is_said(environ: dict[str, str], words: list[str]) -> None:
    assert Provocation.read(environ).words == words
