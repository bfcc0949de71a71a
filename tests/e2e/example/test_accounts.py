"""The example's Better Auth: who signed up is still there when it starts anew, and the printed commands give tokens."""

import json
import os
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import jwt
import pytest

from local.example.packages import APP
from local.npm import install
from local.tokens.source import token_source
from tests.e2e.node import why_not_here

pytestmark = pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here()))

_SECONDS_TO_SERVE = 30
ALICE = {"email": "alice@example.com", "password": "correct horse battery"}


@contextmanager
def better_auth(accounts: Path) -> Iterator[httpx.Client]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {"PATH": os.environ["PATH"], "AUTH_PORT": str(port), "ACCOUNTS_FILE": str(accounts)}
    with (
        subprocess.Popen(["node", "server/auth.mjs"], cwd=APP, env=environment) as process,
        httpx.Client(base_url=address, headers={"origin": "http://localhost:5173"}) as client,
    ):
        try:
            until = time.monotonic() + _SECONDS_TO_SERVE
            while not _serves(client):
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
            yield client
        finally:
            process.kill()


def _serves(client: httpx.Client) -> bool:
    try:
        return client.get("/api/auth/ok").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    install(APP)


def test_accounts_sessions_and_keys_outlive_the_server(tmp_path: Path) -> None:
    accounts = tmp_path / "of" / "accounts.json"
    with better_auth(accounts) as client:
        user = client.post("/api/auth/sign-up/email", json={**ALICE, "name": "Alice"}).json()["user"]["id"]
        key = _key_of(client)
        cookies = httpx.Cookies(client.cookies)
    assert stat.S_IMODE(accounts.stat().st_mode) == 0o600
    assert [path.name for path in accounts.parent.iterdir()] == ["accounts.json"]

    with better_auth(accounts) as client:
        assert client.post("/api/auth/sign-in/email", json=ALICE).json()["user"]["id"] == user
        client.cookies = cookies
        assert client.get("/api/auth/get-session").json()["user"]["id"] == user
        assert _key_of(client) == key

    # Times are times again, so that a session ends when it should.
    kept = json.loads(accounts.read_text())
    for session in kept["tables"]["session"]:
        session["expiresAt"] = "2020-01-01T00:00:00.000Z"
    accounts.write_text(json.dumps(kept))
    with better_auth(accounts) as client:
        client.cookies = cookies
        assert client.get("/api/auth/get-session").json() is None


def _key_of(client: httpx.Client) -> str:
    return str(jwt.get_unverified_header(client.get("/api/auth/token").json()["token"])["kid"])


def test_the_commands_that_are_printed_give_a_token(tmp_path: Path) -> None:
    with better_auth(tmp_path / "accounts.json") as client:
        user = client.post("/api/auth/sign-up/email", json={**ALICE, "name": "Alice"}).json()["user"]["id"]
        commands = token_source({"AUTH_JWKS_URL": str(client.build_request("GET", "/api/auth/jwks").url)}).commands
        (tmp_path / ".local").mkdir()
        script = "\n".join([*commands, 'printf "\\n%s" "$TOKEN"'])
        for value in ALICE.values():
            script = script.replace('"..."', f'"{value}"', 1)
        said = subprocess.run(["bash", "-ec", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    token = said.stdout.splitlines()[-1]
    assert jwt.decode(token, options={"verify_signature": False})["sub"] == user
