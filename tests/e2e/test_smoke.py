"""`make smoke` against the real functions behind the local gateway, and against servers that are not right."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
import psycopg
import pytest

from local import ROOT
from local.gateway.routing import match
from local.postgres.server import EmbeddedPostgres
from local.resources import stores, tables
from local.smoke.client import _SECURITY_HEADERS, SmokeClient
from local.smoke.run import SmokeError, base_address, smoke, smoke_without_token
from local.template import read_template
from shared.core.resource.store import words
from tests.answering import answering
from tests.api import token_for
from tests.conftest import OWNER, login_url
from tests.e2e.gateway import Served, serving

HEADERS = dict.fromkeys(_SECURITY_HEADERS, "x")


def superusers(url: str) -> str:
    """Row security does not bind it."""
    return url.replace("tasks_owner@", "postgres@")


def rows(url: str) -> dict[str, int]:
    """How many there are in each table; counted requests aside."""
    with psycopg.connect(superusers(url)) as connection:
        counts = {}
        for table in tables().keys() - {"rate_limits"}:
            ((counts[table],),) = connection.execute(f"select count(*) from {table}".encode()).fetchall()
        return counts


@pytest.fixture(scope="module")
def database(postgres: EmbeddedPostgres, migrated_template: str) -> str:
    postgres.create_database("smoke", OWNER, template=migrated_template)
    return "smoke"


@pytest.fixture(scope="module")
def served_api(postgres: EmbeddedPostgres, database: str) -> Iterator[Served]:
    """One for all tests: it takes longer to start than they take."""
    with serving(login_url(postgres, database)) as served:
        yield served


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, database: str) -> str:
    """Its database, empty for each test."""
    url = postgres.url(database, OWNER)
    with psycopg.connect(superusers(url)) as connection:
        connection.execute(f"truncate {', '.join(tables())}".encode())
    return url


@pytest.fixture
def gateway(served_api: Served, database_url: str) -> str:
    assert set(rows(database_url).values()) == {0}
    return served_api.address


def test_gateway_passes_and_is_left_as_it_was(
    gateway: str, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert smoke(gateway, "", {}) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "all checks passed"
    assert all(line.startswith("ok ") for line in lines[:-1])
    for store in stores():
        assert f"ok   {words(store.name)} creates once under a key" in lines
        assert f"ok   {words(store.name)} leaves nothing behind" in lines
    assert "ok   tasks completes" in lines
    assert set(rows(database_url).values()) == {0}


def test_user_of_a_given_token_keeps_what_was_there(gateway: str, database_url: str) -> None:
    token = token_for("alice")
    query = "select title, completed, version from tasks order by title"
    with psycopg.connect(superusers(database_url), autocommit=True) as connection:
        connection.execute("insert into users (id, revision, tasks, completed_tasks) values ('alice', 2, 2, 1)")
        connection.execute(
            """insert into tasks (user_id, revision, title, completed, completed_at)
              values ('alice', 1, 'Mine', false, null), ('alice', 2, 'Old', true, now())"""
        )
        before = connection.execute(query).fetchall()
        assert smoke(f"{gateway}/api/", token, {}) == 0
        assert connection.execute(query).fetchall() == before
    kept = dict.fromkeys((store.name for store in stores()), 0) | {"users": 1, "tasks": 2}
    assert rows(database_url).items() >= kept.items()


def test_every_route_is_asked(gateway: str, monkeypatch: pytest.MonkeyPatch) -> None:
    routes = read_template(ROOT / "template.yaml").routes
    asked = set()

    class Listening(httpx.Client):
        def request(self, method: str, url: Any, **options: Any) -> httpx.Response:
            if found := match(routes, method, url.partition("?")[0]):
                asked.add(found[0].key)
            return super().request(method, url, **options)

    monkeypatch.setattr(httpx, "Client", Listening)
    assert smoke(gateway, "", {}) == 0

    assert {route.key for route in routes if "{user_id}" not in route.path} <= asked


def test_token_that_does_not_verify_fails(gateway: str, capsys: pytest.CaptureFixture[str]) -> None:
    token = token_for("alice", exp=1)
    assert smoke(gateway, token, {}) == 1
    printed = capsys.readouterr().out
    for store in stores():
        assert f"FAIL {words(store.name)} lists: GET /api/{store.name}?limit=100 gave 401, not 200" in printed
    assert token not in printed


def test_without_a_token_only_what_anybody_may_ask(gateway: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke_without_token(gateway) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


class Broken(BaseHTTPRequestHandler):
    """Answers every request alike, and remembers what it was asked."""

    answer = b"{}"
    status = 200
    asked: list[str]

    def _respond(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        self.send_response(self.status)
        self.send_header("content-length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _respond  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def broken(status: int, answer: object) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    handler = type("Handler", (Broken,), {"status": status, "answer": json.dumps(answer).encode(), "asked": asked})
    with answering(handler) as port:
        yield f"http://127.0.0.1:{port}", asked


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, {"data": []}),
        (200, {"data": {"id": "1", "title": "x", "user_id": "mallory"}}),
        (200, []),
        (500, {"message": "Internal Server Error"}),
        (404, {"message": "Not Found"}),
        (401, {"error": {"code": "UNAUTHORIZED"}}),
    ],
)
def test_server_that_is_not_right_fails_every_check(
    status: int, answer: object, capsys: pytest.CaptureFixture[str]
) -> None:
    with broken(status, answer) as (url, asked):
        assert smoke(url, "", {}) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"{len(lines) - 1} checks failed"
    assert len(lines) > 3 + 10 * len(stores())
    assert all(line.startswith("FAIL ") for line in lines[:-1])
    assert asked[-1] == "DELETE /api/me"  # it tried to clean up


def test_what_is_refused_for_a_while_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("local.smoke.client.time.sleep", waited.append)
    answers = [httpx.Response(429, headers={"retry-after": "17"}), httpx.Response(200, headers=HEADERS)]
    transport = httpx.MockTransport(lambda _: answers.pop(0))

    with httpx.Client(transport=transport, base_url="http://127.0.0.1") as client:
        SmokeClient(client).ask("GET", "/api/health", 200)

    assert (waited, answers) == ([17], [])


def test_address_where_nobody_listens_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with broken(200, {}) as (url, _):
        pass
    assert smoke(url, "", {}) == 1
    assert "FAIL health: no answer: ConnectError" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("url", "word"),
    [("", "ApiUrl"), ("abc.example.com", "base address"), ("ftp://a", "base"), ("http://abc.example.com", "https")],
)
def test_address_that_cannot_be_used_is_refused(url: str, word: str) -> None:
    with pytest.raises(SmokeError, match=word):
        base_address(url)


def test_deployment_without_a_token_is_refused() -> None:
    with pytest.raises(SmokeError, match="TOKEN is missing"):
        smoke("https://abc.example.com", "", {})


@pytest.mark.parametrize("token", ["x", "a.b.c", "a.e30.c"])
def test_token_that_is_none_is_refused(token: str) -> None:
    with pytest.raises(SmokeError, match="TOKEN is not a JWT"):
        smoke("https://abc.example.com", token, {})
