"""What `make dev` says can be done about an answer."""

import json

import pytest

from local.gateway.cures import cures, host_cure
from local.gateway.payload import HttpRequest
from local.gateway.response import HttpResponse, own_answer
from local.template import Cors
from local.tokens.source import DEVELOPMENT, TokenSource

POLICY = Cors(("http://localhost:3000",), ("GET",))


def cured(
    response: HttpResponse, /, *, path: bytes = b"/api/tasks", tokens: TokenSource = DEVELOPMENT, **headers: str
) -> list[str]:
    pairs = [(name.encode(), value.encode()) for name, value in {"host": "localhost:3001", **headers}.items()]
    return cures(HttpRequest.read("GET", path, b"", pairs, "127.0.0.1", "1.1"), response, POLICY, tokens)


def error(status: int, code: str) -> HttpResponse:
    return HttpResponse(status, (), json.dumps({"error": {"code": code}}).encode())


FINE = HttpResponse(200, (), b"{}")


def test_what_went_well_needs_no_cure() -> None:
    assert cured(FINE) == []
    assert cured(FINE, origin="http://localhost:3000") == []
    assert cured(error(404, "NOT_FOUND")) == []


def test_a_refused_origin_is_named_with_the_setting_that_lets_it_in() -> None:
    (cure,) = cured(FINE, origin="http://localhost:5174")
    assert cure.endswith("make dev ALLOWED_ORIGINS=http://localhost:3000,http://localhost:5174")


def test_a_page_of_the_gateways_own_is_no_stranger() -> None:
    assert cured(FINE, origin="http://localhost:3001") == []


@pytest.mark.parametrize("origin", ["null", "http://a.test';rm -rf ~;'", "http://a.test/b", "file://"])
def test_what_is_no_origin_of_the_web_is_not_repeated(origin: str) -> None:
    (cure,) = cured(FINE, origin=origin)
    assert "ALLOWED_ORIGINS" not in cure
    assert origin not in cure or origin == "null"


@pytest.mark.parametrize(
    ("response", "headers", "words"),
    [
        (error(401, "UNAUTHORIZED"), {}, "Authorization: Bearer"),
        (error(401, "UNAUTHORIZED"), {"authorization": "Bearer x"}, "make doctor TOKEN=-"),
        (error(401, "TOKEN_EXPIRED"), {"authorization": "Bearer x"}, "make -s token"),
        (error(429, "RATE_LIMITED"), {}, "RATE_LIMIT_PER_MINUTE=0"),
        (error(503, "SERVICE_UNAVAILABLE"), {}, "make doctor"),
        (error(500, "INTERNAL_ERROR"), {}, "make logs"),
        (own_answer(404, "Not Found"), {}, "no such route"),
    ],
)
def test_a_refusal_has_its_cure(response: HttpResponse, headers: dict[str, str], words: str) -> None:
    (cure,) = cured(response, path=b"/api/tasks", tokens=DEVELOPMENT, **headers)
    assert words in cure
    assert "\n" not in cure


@pytest.mark.parametrize("code", ["UNAUTHORIZED", "TOKEN_EXPIRED"])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}])
def test_a_token_is_had_where_the_settings_say(code: str, headers: dict[str, str]) -> None:
    auth0 = TokenSource("of Auth0", "AUTH_ISSUER=x make doctor TOKEN=-")
    (cure,) = cured(error(401, code), path=b"/api/tasks", tokens=auth0, **headers)
    assert "make -s token" not in cure
    assert "of Auth0" in cure
    assert ("AUTH_ISSUER=x make doctor" in cure) == (code == "UNAUTHORIZED" and bool(headers))


@pytest.mark.parametrize("refusal", [error(403, "FORBIDDEN"), error(401, "UNAUTHORIZED"), own_answer(404, "Not Found")])
def test_a_path_that_a_base_url_has_doubled_is_told_so(refusal: HttpResponse) -> None:
    (cure,) = cured(refusal, path=b"/api/api/tasks")
    assert "baseUrl is without /api" in cure
    assert cured(error(403, "FORBIDDEN"), path=b"/api/bob/tasks") == []


def test_a_page_of_the_gateways_own_is_not_looked_for_in_the_template() -> None:
    assert cured(own_answer(404, "no token of ours"), path=b"/docs/token") == []


@pytest.mark.parametrize("path", [b"/", b"/_next/static/a.js", b"/@vite/client", b"/favicon.ico"])
def test_who_wants_the_front_end_is_told_that_it_is_at_another_port(path: bytes) -> None:
    (cure,) = cured(own_answer(404, "Not Found"), path=path)
    assert "Vite: 5173" in cure


def test_what_the_answer_brings_along_comes_first() -> None:
    assert cured(own_answer(503, "x", "provoked")) == ["provoked"]


def test_another_name_is_told_the_right_address() -> None:
    assert host_cure(3001).endswith("http://127.0.0.1:3001")
