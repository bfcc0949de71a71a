"""Real Better Auths in a process of their own, and people who sign up with them over HTTP."""

import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent


@dataclass
class Person:
    """Somebody signed up and signed in; the client holds the cookies, as a browser does."""

    client: httpx.Client
    session_token: str

    def token(self) -> str:
        """What `authClient.token()` asks for."""
        answer = self.client.get("/api/auth/token")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    @property
    def session_cookie(self) -> str:
        return str(self.client.cookies["better-auth.session_token"])

    @property
    def session_cache(self) -> str:
        return str(self.client.cookies["better-auth.session_data"])


@dataclass
class BetterAuth:
    address: str
    secret: str
    people: list[Person] = field(default_factory=list)

    @property
    def jwks_url(self) -> str:
        return f"{self.address}/api/auth/jwks"

    @property
    def settings(self) -> dict[str, str]:
        """What our side is configured with."""
        return {"AUTH_JWKS_URL": self.jwks_url, "AUTH_ISSUER": self.address, "AUTH_AUDIENCE": self.address}

    def sign_up(self, name: str) -> Person:
        client = httpx.Client(base_url=self.address, headers={"origin": self.address}, timeout=30)
        person = {"email": f"{name}@example.com", "password": "correct horse battery", "name": name.title()}
        answer = client.post("/api/auth/sign-up/email", json=person)
        assert answer.status_code == 200, answer.text
        self.people.append(Person(client, answer.json()["token"]))
        return self.people[-1]

    def mailed_token(self, name: str) -> str:
        """The token in the link that was mailed at sign-up."""
        return str(self._test(f"mail?to={name}@example.com")["token"])

    @property
    def key_requests(self) -> int:
        """How often its key set was asked for."""
        return int(self._test("key-requests")["count"])

    def expire_keys(self) -> None:
        """Let the rotation interval pass: the next token is signed with a new key, the old ones stay published."""
        self._test("expire-keys")

    def withdraw_keys(self) -> None:
        self._test("withdraw-keys")

    def take_keys_down(self) -> None:
        self._test("keys-down")

    def bring_keys_up(self) -> None:
        self._test("keys-up")

    def _test(self, route: str) -> Any:
        answer = httpx.get(f"{self.address}/test/{route}", timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()


class Issuers:
    """The process that they all live in: to load Better Auth takes longer than to start one."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    @contextmanager
    def running(self, algorithm: str = "EdDSA", cookie_cache: str = "jwt-plugin") -> Iterator[BetterAuth]:
        """A new one. What is left of it at the end of the block nobody asks anything."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        secret = secrets.token_urlsafe(32)
        wanted = {"algorithm": algorithm, "cookieCache": cookie_cache, "secret": secret}
        print(json.dumps(wanted), file=self._process.stdin, flush=True)
        address = self._process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), "Better Auth did not start; it says why above"
        server = BetterAuth(address, secret)
        yield server
        for person in server.people:
            person.client.close()


@contextmanager
def running_issuers() -> Iterator[Issuers]:
    # Its standard input is the leash: it ends with this process, however that ends.
    with subprocess.Popen(
        ["node", "server.mjs"],
        cwd=HERE,
        env={"PATH": os.environ["PATH"], "NODE_ENV": "production"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Issuers(process)
        finally:
            process.kill()
