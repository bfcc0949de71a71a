"""The lines that `make dev` prints of requests."""

import io

import pytest

from local.gateway.payload import HttpRequest
from local.gateway.response import HttpResponse
from local.gateway.terminal import SLOW_MS, Terminal
from local.tokens.mint import mint


def request(target: bytes = b"/api/tasks", query: bytes = b"", **headers: str) -> HttpRequest:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return HttpRequest.read("GET", target, query, pairs, "127.0.0.1", "1.1")


def line(asked: HttpRequest, status: int = 200, ms: float = 3.21, *, colours: bool = False) -> str:
    said = io.StringIO()
    Terminal(said, colours=colours).request(asked, HttpResponse(status, (), b""), ms)
    return said.getvalue()


def bearer(token: str) -> HttpRequest:
    return request(authorization=f"Bearer {token}")


def test_a_request_is_its_method_path_status_time_and_user() -> None:
    assert line(bearer(mint("alice"))).split() == ["GET", "/api/tasks", "200", "3.2", "ms", "alice"]


def test_query_and_token_are_not_said() -> None:
    token = mint("alice")
    said = line(request(query=b"access_token=hidden", authorization=f"Bearer {token}"))
    assert "hidden" not in said
    assert not [part for part in token.split(".") if part in said]


def test_a_user_whose_token_was_refused_is_not_named() -> None:
    assert "alice" not in line(bearer(mint("alice")), status=401)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.e30.c", "a.W10.c", "a.bnVsbA.c", "a.ÿ.c"])
def test_what_is_no_token_names_nobody(token: str) -> None:
    assert line(bearer(token)).split() == ["GET", "/api/tasks", "200", "3.2", "ms"]


def test_slow_ones_and_errors_are_marked() -> None:
    assert line(request(), status=503).split()[-1] == "ERROR"
    assert line(request(), ms=SLOW_MS).split()[-1] == "SLOW"
    assert line(request(), status=500, ms=SLOW_MS).split()[-2:] == ["ERROR", "SLOW"]
    assert line(request(), status=404, ms=SLOW_MS - 1).split()[-1] == "ms"


def test_the_document_takes_its_time() -> None:
    assert line(request(b"/openapi.json"), ms=SLOW_MS).split()[-1] == "ms"


def test_nothing_steers_the_terminal() -> None:
    assert "\x1b" not in line(bearer(mint("\x1b[2Jalice\r\nGET")))
    assert len(line(bearer(mint("a\nb"))).splitlines()) == 1


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "coloured"),
    [
        (Screen(), {}, True),
        (Screen(), {"NO_COLOR": ""}, True),
        (Screen(), {"NO_COLOR": "1"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colours_are_for_a_terminal_that_has_not_declined_them(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, environ: dict[str, str], coloured: bool
) -> None:
    monkeypatch.setattr("sys.stderr", stream)
    Terminal.of_process(environ).request(request(), HttpResponse(500, (), b""), 1)
    assert ("\x1b[31m" in stream.getvalue()) == coloured
