"""Better Auth for real: its tokens through the local gateway, as a front end sends them."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from local.__main__ import main
from local.npm import install
from local.postgres.server import EmbeddedPostgres
from shared.core.auth.jwks import COOL_DOWN
from shared.core.auth.settings import AuthSettings
from shared.core.auth.verifier import build_verifier
from shared.core.errors import Unauthorized
from tests.conftest import OWNER, database_of, login_url
from tests.e2e.better_auth.issuer import HERE, BetterAuth, Issuers, Person, running_issuers
from tests.e2e.gateway import serving
from tests.e2e.node import why_not_here
from tests.integration.local.dev.test_run import WITH_LOG, free_port

pytestmark = pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here()))

_numbers = count()


@dataclass(frozen=True)
class Deployment:
    issuer: BetterAuth
    api: httpx.Client

    def ask(self, token: str, method: str = "GET", path: str = "/api/tasks", **options: Any) -> httpx.Response:
        return self.api.request(method, path, headers={"authorization": f"Bearer {token}"}, **options)


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    install(HERE)


@pytest.fixture(scope="module")
def database(postgres: EmbeddedPostgres, migrated_template: str) -> str:
    name = f"better_auth_{next(_numbers)}"
    postgres.create_database(name, OWNER, template=migrated_template)
    return postgres.url(name, OWNER)


@pytest.fixture(scope="module")
def issuers(_installed: None) -> Iterator[Issuers]:
    with running_issuers() as issuers:
        yield issuers


@contextmanager
def deployed(issuer: BetterAuth, database_url: str) -> Iterator[Deployment]:
    """The API that trusts it, in one execution environment of its own."""
    with (
        serving(database_url, **issuer.settings) as served,
        httpx.Client(base_url=served.address, timeout=60) as api,
    ):
        yield Deployment(issuer, api)


@pytest.fixture(scope="module", params=["EdDSA", "ES256", "RS256"])
def deployment(request: pytest.FixtureRequest, issuers: Issuers, functions_url: str) -> Iterator[Deployment]:
    """Better Auth signing with each algorithm, and the API that trusts it."""
    with issuers.running(request.param) as issuer, deployed(issuer, functions_url) as deployment:
        yield deployment


@pytest.fixture
def own(issuers: Issuers, functions_url: str) -> Iterator[Deployment]:
    """A deployment whose keys a test may do things to."""
    with issuers.running() as issuer, deployed(issuer, functions_url) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def functions_url(postgres: EmbeddedPostgres, database: str) -> str:
    """As the functions log in to it; `database` is its owner's, which make dev takes."""
    return login_url(postgres, database_of(database))


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@contextmanager
def gateway(database_url: str, logs: Path, **settings: str) -> Iterator[httpx.Client]:
    """`python -m local dev` with these settings, one execution environment, until the end of the block."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTH_")}
    environment = {"LOCAL_WORKERS": "1", "PORT": str(free_port()), "DATABASE_URL": database_url, **settings}
    with (logs / f"gateway_{next(_numbers)}").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", WITH_LOG, os.devnull],
            env=kept | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        with process:
            try:
                assert process.stdout is not None
                if not any(line.startswith("curl ") for line in process.stdout):
                    raise AssertionError(f"the gateway did not start: {Path(log.name).read_text()}")
                with httpx.Client(base_url=f"http://127.0.0.1:{environment['PORT']}", timeout=60) as client:
                    yield client
            finally:
                process.terminate()
                try:
                    process.wait(20)
                finally:
                    process.kill()


@pytest.fixture
def alice(deployment: Deployment) -> Person:
    return deployment.issuer.sign_up(f"alice{next(_numbers)}")


@pytest.fixture
def bob(deployment: Deployment) -> Person:
    return deployment.issuer.sign_up(f"bob{next(_numbers)}")


def test_a_front_ends_token_reaches_all_six_endpoints(deployment: Deployment, alice: Person) -> None:
    token = alice.token()
    user = jwt.decode(token, options={"verify_signature": False})["sub"]

    created = deployment.ask(token, "POST", json={"title": "Buy milk"})
    assert (created.status_code, created.json()["data"]["user_id"]) == (201, user)
    task = f"/api/tasks/{created.json()['data']['id']}"
    assert deployment.ask(token, "GET").json()["data"] == [created.json()["data"]]
    assert deployment.ask(token, "GET", task).json()["data"]["title"] == "Buy milk"
    assert deployment.ask(token, "PUT", task, json={"title": "Buy bread"}).json()["data"]["title"] == "Buy bread"
    assert deployment.ask(token, "PATCH", f"{task}/complete").json()["data"]["completed"] is True
    assert deployment.ask(token, "DELETE", task).status_code == 204
    assert deployment.ask(token, "GET", task).status_code == 404


def test_the_routes_that_name_the_user_take_better_auths_user_id(deployment: Deployment, alice: Person) -> None:
    token = alice.token()
    user = jwt.decode(token, options={"verify_signature": False})["sub"]

    assert deployment.ask(token, path=f"/api/{user}/tasks").status_code == 200
    assert deployment.ask(token, path="/api/somebody-else/tasks").status_code == 403


def test_the_tokens_are_those_that_the_design_was_made_for(deployment: Deployment, alice: Person) -> None:
    parts = jwt.decode_complete(alice.token(), options={"verify_signature": False})
    header, claims = parts["header"], parts["payload"]
    key_set = httpx.get(deployment.issuer.jwks_url).json()["keys"]

    assert header.keys() == {"alg", "kid"}
    assert (claims["iss"], claims["aud"]) == (deployment.issuer.address, deployment.issuer.address)
    assert re.fullmatch(r"[A-Za-z0-9]{32}", claims["sub"])
    assert claims["exp"] - claims["iat"] == 900
    assert [key["kid"] for key in key_set] == [header["kid"]]
    assert "use" not in key_set[0]


def test_what_belongs_to_one_user_does_not_exist_for_another(
    deployment: Deployment, alice: Person, bob: Person
) -> None:
    mine = deployment.ask(alice.token(), "POST", json={"title": "Mine"}).json()["data"]
    task, token = f"/api/tasks/{mine['id']}", bob.token()

    assert deployment.ask(token).json()["data"] == []
    assert deployment.ask(token, "GET", task).status_code == 404
    assert deployment.ask(token, "PUT", task, json={"title": "Bob's"}).status_code == 404
    assert deployment.ask(token, "PATCH", f"{task}/complete").status_code == 404
    assert deployment.ask(token, "DELETE", task).status_code == 404
    assert deployment.ask(token, path=f"/api/{mine['user_id']}/tasks").status_code == 403
    assert deployment.ask(alice.token(), "GET", task).json()["data"] == mine


def test_a_token_for_another_user_cannot_be_made_from_ones_own(
    deployment: Deployment, alice: Person, bob: Person
) -> None:
    header, _, signature = alice.token().split(".")
    _, payload, _ = bob.token().split(".")
    assert deployment.ask(f"{header}.{payload}.{signature}").status_code == 401


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("session token", "this is Better Auth's session token, or another opaque one"),
        ("session cookie", "this is Better Auth's session token with its signature"),
        ("session cache", "Better Auth's session cache"),
        ("mailed token", "the token of a mail by Better Auth"),
    ],
)
def test_what_else_better_auth_hands_out_is_refused_and_explained(
    deployment: Deployment,
    kind: str,
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = f"carol{next(_numbers)}"
    carol = deployment.issuer.sign_up(name)
    token = {
        "session token": carol.session_token,
        "session cookie": carol.session_cookie,
        "session cache": carol.session_cache,
        "mailed token": deployment.issuer.mailed_token(name),
    }[kind]
    asked = deployment.issuer.key_requests

    answer = deployment.ask(token)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHORIZED")
    assert answer.headers["www-authenticate"] == 'Bearer realm="tasks", error="invalid_token"'
    assert deployment.issuer.key_requests == asked
    for setting, value in deployment.issuer.settings.items():
        monkeypatch.setenv(setting, value)
    monkeypatch.setenv("TOKEN", token)
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert words in said
    assert "call authClient.token()" in said


def test_the_session_cache_verifies_with_the_tokens_key_and_is_refused_nonetheless(
    deployment: Deployment, alice: Person
) -> None:
    key_set = jwt.PyJWKSet.from_dict(httpx.get(deployment.issuer.jwks_url).json())
    header = jwt.get_unverified_header(alice.session_cache)

    claims = jwt.decode(
        alice.session_cache,
        key_set[header["kid"]],
        algorithms=[header["alg"]],
        issuer=deployment.issuer.address,
        options={"verify_aud": False},
    )

    assert claims["sub"] == jwt.decode(alice.token(), options={"verify_signature": False})["sub"]
    assert deployment.ask(alice.session_cache).status_code == 401


def test_the_doctor_calls_a_fresh_token_good(deployment: Deployment, alice: Person) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "local", "doctor", "-"],
        env={**os.environ, **deployment.issuer.settings},
        input=alice.token(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "a JWT of Better Auth" in run.stdout
    assert "the verifier accepts it" in run.stdout


def test_a_new_key_works_at_once_for_one_fetch_and_the_old_one_goes_on(own: Deployment) -> None:
    alice = own.issuer.sign_up("alice")
    old = alice.token()
    assert own.ask(old).status_code == 200
    assert own.issuer.key_requests == 1
    outlast_cool_down()

    own.issuer.expire_keys()
    new = alice.token()

    assert kid(new) != kid(old)
    assert [own.ask(token).status_code for token in (new, new, old)] == [200, 200, 200]
    assert own.issuer.key_requests == 2


def test_a_withdrawn_key_is_gone_as_soon_as_a_newer_one_is_used(own: Deployment) -> None:
    alice = own.issuer.sign_up("alice")
    old = alice.token()
    assert own.ask(old).status_code == 200
    outlast_cool_down()

    own.issuer.withdraw_keys()
    new = alice.token()

    assert own.ask(new).status_code == 200
    assert own.ask(old).status_code == 401


def test_known_keys_go_on_working_while_the_key_set_is_down(own: Deployment) -> None:
    alice = own.issuer.sign_up("alice")
    old = alice.token()
    assert own.ask(old).status_code == 200
    outlast_cool_down()

    own.issuer.take_keys_down()
    own.issuer.expire_keys()
    new = alice.token()

    refused = own.ask(new)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert own.ask(old).status_code == 200

    own.issuer.bring_keys_up()
    time.sleep(int(refused.headers["retry-after"]))
    assert own.ask(new).status_code == 200


def test_an_api_that_starts_while_the_key_set_is_down_does_not_log_users_out(own: Deployment) -> None:
    token = own.issuer.sign_up("alice").token()
    own.issuer.take_keys_down()

    answer = own.ask(token)

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1


def test_inline_keys_need_no_fetch(issuers: Issuers, database: str, logs: Path) -> None:
    with issuers.running() as issuer:
        token = issuer.sign_up("alice").token()
        inline = {**issuer.settings, "AUTH_JWKS": httpx.get(issuer.jwks_url).text}
        asked = issuer.key_requests
        with gateway(database, logs, **inline) as api:
            assert Deployment(issuer, api).ask(token).status_code == 200
        assert issuer.key_requests == asked


@pytest.mark.parametrize("cookie_cache", ["jwt", "jwe", "compact"])
def test_better_auths_secret_as_ours_lets_nothing_in(
    cookie_cache: str, issuers: Issuers, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The most common mistake. Some of what it signs with its secret is HS256, and would verify."""
    with issuers.running(cookie_cache=cookie_cache) as issuer:
        alice = issuer.sign_up("alice")
        verifier = build_verifier(AuthSettings(secret=issuer.secret))
        for token in (alice.token(), alice.session_token, alice.session_cache, issuer.mailed_token("alice")):
            with pytest.raises(Unauthorized):
                verifier.verify([f"Bearer {token}"])

        monkeypatch.setenv("AUTH_SECRET", issuer.secret)
        monkeypatch.setenv("TOKEN", alice.session_cache)
        assert main(["doctor"]) == 1
        assert "Better Auth's session ca" in capsys.readouterr().out.replace("cookie", "cache")
        monkeypatch.setenv("TOKEN", alice.token())
        assert main(["doctor"]) == 1
        assert f"AUTH_JWKS_URL={issuer.jwks_url}" in capsys.readouterr().out


def test_the_lock_file_pins_better_auth_and_names_no_registry() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text())
    assert lock["packages"]["node_modules/better-auth"]["version"] == "1.7.7"
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for path, package in lock["packages"].items() if path)


def outlast_cool_down() -> None:
    """A real clock runs in the gateway: its key set is not asked for again before this is over."""
    time.sleep(COOL_DOWN + 0.5)


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])
