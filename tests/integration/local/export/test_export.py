"""`make export`: the pages joined into one document, whatever comes in between."""

import io
import json
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.__main__ import main
from local.export.run import LONGEST_WAIT_S, MOST_WAITS, ExportError, write
from shared.core.resource import export as pages
from tests.api import Api
from tests.integration.kept import use_everything
from tests.integration.test_export import exported

Answering = Callable[[httpx.Request], httpx.Response]


def served_by(api: Api) -> Answering:
    """The function, as its users reach it."""

    def answer(request: httpx.Request) -> httpx.Response:
        query = request.url.query.decode()
        given = api.call("export_me", "GET", request.url.path.removeprefix("/api"), query=query)
        return httpx.Response(given.status, headers=given.headers, text=given.text)

    return answer


def client(answer: Answering) -> httpx.Client:
    return httpx.Client(base_url="http://127.0.0.1:3000", transport=httpx.MockTransport(answer))


def after(refusals: list[httpx.Response], answer: Answering) -> Answering:
    waiting = iter(refusals)
    return lambda request: next(waiting, None) or answer(request)


def refusal(status: int, wait: str | None = "7") -> httpx.Response:
    return httpx.Response(status, headers={} if wait is None else {"retry-after": wait}, json={"error": {}})


@pytest.fixture
def small_pages(alice: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setenv("RATE_LIMIT_PER_MINUTE", "0")
    use_everything("alice")
    alice.created("A line\u2028and 'another\"\n")
    monkeypatch.setattr(pages, "PAGE_ROWS", 2)
    return alice


def test_the_pages_are_one_document_with_a_row_on_each_line(small_pages: Api) -> None:
    out = io.StringIO()

    rows = write(client(served_by(small_pages)), out)

    assert json.loads(out.getvalue()) == {"data": list(exported(small_pages))}
    first, *lines, last = out.getvalue().removesuffix("\n").split("\n")
    assert (first, last) == ('{"data": [', "]}")
    assert [json.loads(line.removesuffix(",")) for line in lines] == json.loads(out.getvalue())["data"]
    assert rows == len(lines) > 2


def test_of_nothing_it_is_an_empty_document() -> None:
    out = io.StringIO()
    empty = {"data": [], "meta": {"next_cursor": None}}

    assert write(client(lambda _: httpx.Response(200, json=empty)), out) == 0
    assert json.loads(out.getvalue()) == {"data": []}


def test_a_limit_is_waited_out(small_pages: Api) -> None:
    out, waits = io.StringIO(), list[float]()
    refusals = [refusal(429), refusal(429, "3600"), refusal(503, "2")]

    write(client(after(refusals, served_by(small_pages))), out, waits.append)

    assert waits == [7, LONGEST_WAIT_S, 2]
    assert json.loads(out.getvalue()) == {"data": list(exported(small_pages))}


@pytest.mark.parametrize(
    ("refused", "waited"), [(refusal(429), MOST_WAITS), (refusal(503, None), 0), (refusal(401), 0), (refusal(500), 0)]
)
def test_what_does_not_end_or_is_not_worth_waiting_for_is_said(refused: httpx.Response, waited: int) -> None:
    waits = list[float]()

    with pytest.raises(ExportError, match=f"gave {refused.status_code}"):
        write(client(lambda _: refused), io.StringIO(), waits.append)

    assert len(waits) == waited


def use(monkeypatch: pytest.MonkeyPatch, answer: Answering, **settings: str) -> None:
    """What the command connects to, and what it is told."""
    new = httpx.Client

    def connected(**options: Any) -> httpx.Client:
        return new(**options, transport=httpx.MockTransport(answer))

    monkeypatch.setattr(httpx, "Client", connected)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    for name, value in {"URL": "http://127.0.0.1:3000", "TOKEN": "a.b.c", **settings}.items():
        monkeypatch.setenv(name, value)


def test_a_file_is_written_whole_and_for_nobody_else(
    small_pages: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(monkeypatch, served_by(small_pages))

    assert main(["export", str(tmp_path / "me.json")]) == 0

    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text()) == {"data": list(exported(small_pages))}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_failure_in_the_midst_leaves_no_file(
    small_pages: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = served_by(small_pages)
    use(monkeypatch, lambda request: refusal(500) if request.url.query else answer(request))

    assert main(["export", str(tmp_path / "me.json")]) == 1

    assert list(tmp_path.iterdir()) == []
    assert "error: /api/me/export gave 500" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"TOKEN": ""}, "TOKEN is missing"),
        ({"URL": ""}, "URL must be"),
        ({"URL": "http://example.com"}, "URL must be https"),
    ],
)
def test_without_an_address_or_a_token_nothing_is_sent(
    settings: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, lambda _: pytest.fail("sent"), **settings)

    assert main(["export"]) == 1
    assert said in capsys.readouterr().err
