"""The whole verifier before a real HTTP server that is slow, sends rubbish, rotates keys, goes down and comes back."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from shared.core.auth.jwks import SOFT_AGE, RemoteKeySet
from shared.core.auth.jwks_fetch import fetch
from shared.core.auth.settings import AuthSettings
from shared.core.auth.verifier import Caller, Verifier, build_verifier
from shared.core.clocks import Clocks
from shared.core.errors import ApiError, ServiceUnavailable, Unauthorized, status_and_code
from tests.unit.core.auth import tokens as forge
from tests.unit.core.auth.key_server import Exchange, KeyServer, running_key_server
from tests.unit.core.auth.tokens import (
    ASYMMETRIC,
    AUDIENCE,
    CALLER,
    CLAIMS,
    ISSUER,
    NOW,
    bearer,
    jwk,
    key_set,
    signed,
    token,
)


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with running_key_server() as running:
        running.publishes(key_set(jwk("EdDSA")))
        yield running


class Client:
    """A verifier of the server's keys, whose clocks a test moves."""

    def __init__(self, url: str) -> None:
        self.now = float(NOW)
        keys = RemoteKeySet(
            partial(fetch, url, 0.5),
            ASYMMETRIC,
            clocks=Clocks(lambda: self.now, lambda: self.now),
            rng=lambda: 0.0,
        )
        settings = AuthSettings(jwks_url=url, issuer=ISSUER, audiences=(AUDIENCE,), algorithms=ASYMMETRIC)
        self.verifier = Verifier(settings, keys, clock=lambda: NOW)

    def outcome(self, value: str) -> Caller | int:
        """The caller or the status; whatever happens in the background is over then."""
        try:
            return self.verifier.verify(bearer(value))
        except ApiError as error:
            return status_and_code(type(error))[0]
        finally:
            for thread in threading.enumerate():
                if thread.name == "jwks":
                    thread.join()


def test_a_good_token_costs_one_fetch_and_the_next_none(server: KeyServer) -> None:
    client = Client(server.url)
    assert [client.outcome(token("EdDSA")) for _ in range(20)] == [CALLER] * 20
    assert len(server.requests) == 1


def test_junk_costs_no_fetch(server: KeyServer) -> None:
    client = Client(server.url)
    junk = [
        "junk",
        "a.b.c",
        token("HS256"),
        token("EdDSA", iss="https://evil.example"),
        token("EdDSA", exp=NOW - 7200),
        token("EdDSA", exp="never"),
        token("EdDSA", {"typ": "dpop+jwt"}),
        token("EdDSA", {"crit": ["exp"]}),
        signed({"alg": "none", "kid": "k1"}, dict(CLAIMS)),
        signed({"alg": "EdDSA", "kid": "k1"}, "[]", "EdDSA"),
        signed({"alg": "EdDSA", "kid": "k" * 201}, dict(CLAIMS), "EdDSA"),
    ]
    assert {client.outcome(value) for value in junk} == {401}
    assert server.requests == []


def test_fifty_unknown_kids_cost_at_most_two_fetches(server: KeyServer) -> None:
    client = Client(server.url)
    for number in range(50):
        assert client.outcome(token("EdDSA", {"kid": f"junk-{number}"})) == 401
        client.now += 0.02
    assert 1 <= len(server.requests) <= 2


@pytest.mark.parametrize("alg", ASYMMETRIC)
def test_a_rotated_key_is_found_with_one_fetch(server: KeyServer, alg: str) -> None:
    client = Client(server.url)
    assert client.outcome(token("EdDSA")) == CALLER
    server.publishes(key_set(jwk(alg, 1, kid="k2")))
    client.now += 5
    assert client.outcome(signed({"alg": alg, "kid": "k2"}, dict(CLAIMS), alg, forge.private_key(alg, 1))) == CALLER
    assert client.outcome(token("EdDSA")) == 401
    assert len(server.requests) == 2


def test_a_key_that_is_replaced_under_its_kid_no_longer_verifies_what_it_did(server: KeyServer) -> None:
    client, value = Client(server.url), token("EdDSA")
    assert [client.outcome(value) for _ in range(2)] == [CALLER] * 2
    server.publishes(key_set(jwk("EdDSA", 1)))
    client.now += SOFT_AGE + 1
    assert client.outcome(value) == CALLER  # the last with the old set
    assert client.outcome(value) == 401
    assert len(server.requests) == 2


def misbehave(server: KeyServer, fault: str) -> None:
    good = key_set(jwk("EdDSA")).encode()
    redirect = {"Location": f"http://127.0.0.1:{server.server_port}/good"}

    def drip(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
        while not exchange.server.ended.wait(0.01):
            exchange.wfile.write(b" ")

    def redirecting(exchange: Exchange) -> None:
        exchange.answer(good if exchange.path == "/good" else b"", 302, **redirect)

    server.behaviour = {
        "silent": lambda exchange: exchange.server.ended.wait(),
        "drip": drip,
        "redirect": redirecting,
        "HTML": lambda exchange: exchange.answer(b"<!doctype html><title>Sign in</title>", Content_Type="text/html"),
        "429": lambda exchange: exchange.answer(b'{"message":"Too many requests"}', 429),
        "500 with keys": lambda exchange: exchange.answer(good, 500),
        "50 MiB": lambda exchange: exchange.answer(good[:-1] + b" " * 50 * 2**20 + b"}"),
        "no answer": id,
        "no keys": lambda exchange: exchange.answer(b'{"keys":[]}'),
        "cut off": lambda exchange: exchange.answer(good[:-3], Content_Length=str(len(good))),
        "private key": lambda exchange: exchange.answer(key_set({**jwk("EdDSA"), "d": "AAAA"}).encode()),
    }[fault]


MISBEHAVIOURS = ["silent", "drip", "redirect", "HTML", "429", "500 with keys", "50 MiB", "no answer", "no keys",
                 "cut off", "private key"]  # fmt: skip


@pytest.mark.parametrize("fault", MISBEHAVIOURS)
def test_cold_and_misbehaving_is_a_503_until_it_behaves(server: KeyServer, fault: str) -> None:
    client = Client(server.url)
    misbehave(server, fault)
    assert [client.outcome(token("EdDSA")) for _ in range(3)] == [503] * 3
    assert len(server.requests) == 1
    server.publishes(key_set(jwk("EdDSA")))
    client.now += 5
    assert client.outcome(token("EdDSA")) == CALLER
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", MISBEHAVIOURS)
def test_warm_and_misbehaving_keeps_known_keys_good(server: KeyServer, fault: str) -> None:
    client = Client(server.url)
    assert client.outcome(token("EdDSA")) == CALLER
    misbehave(server, fault)
    client.now += 601
    assert client.outcome(token("EdDSA")) == CALLER
    assert client.outcome(token("EdDSA")) == CALLER
    assert len(server.requests) == 2


def test_a_server_that_goes_away_and_comes_back_is_found_again(server: KeyServer) -> None:
    client = Client(server.url)
    assert client.outcome(token("EdDSA")) == CALLER
    misbehave(server, "no answer")
    client.now += 3601
    with pytest.raises(ServiceUnavailable) as caught:
        client.verifier.verify(bearer(token("EdDSA")))
    assert (caught.value.retry_after, caught.value.reason) == (5, "jwks network")
    server.publishes(key_set(jwk("EdDSA")))
    client.now += 5
    assert client.outcome(token("EdDSA")) == CALLER


def test_no_server_at_all_is_a_503() -> None:
    with running_key_server() as gone:
        url = gone.url
    assert Client(url).outcome(token("EdDSA")) == 503


def test_one_bad_key_in_the_published_set_spoils_no_other(server: KeyServer) -> None:
    server.publishes(
        key_set({"kty": "oct", "k": "AAAA", "kid": "s"}, None, jwk("RS256", kid="r", n="AQAB"), jwk("EdDSA"))
    )
    assert Client(server.url).outcome(token("EdDSA")) == CALLER


def test_a_published_secret_is_no_key(server: KeyServer) -> None:
    server.publishes(
        key_set({"kty": "oct", "k": forge.b64(b"s" * 32), "kid": "k1", "alg": "HS256"}, jwk("EdDSA", kid="k2"))
    )
    client = Client(server.url)
    assert client.outcome(signed({"alg": "HS256", "kid": "k1"}, dict(CLAIMS), "HS256", b"s" * 32)) == 401


def test_the_urls_in_a_token_are_never_asked(server: KeyServer) -> None:
    client = Client(server.url)
    with running_key_server() as evil:
        evil.publishes(key_set(jwk("EdDSA", 1)))
        header = {"alg": "EdDSA", "kid": "k1", "jku": evil.url, "x5u": evil.url}
        assert client.outcome(signed(header, dict(CLAIMS), "EdDSA", forge.private_key("EdDSA", 1))) == 401
        assert evil.requests == []


def test_the_factory_joins_the_inline_keys_and_the_url(server: KeyServer) -> None:
    # given settings with both, and real clocks
    settings = AuthSettings(
        jwks=key_set(jwk("EdDSA")), jwks_url=server.url, issuer=ISSUER, audiences=(AUDIENCE,), algorithms=ASYMMETRIC
    )
    server.publishes(key_set(jwk("EdDSA"), jwk("ES256", kid="k2")))
    verifier = build_verifier(settings)
    # then the inline key costs no fetch, another one does, and a third is refused
    for_years = {"exp": 4_000_000_000, "iat": None}
    assert verifier.verify(bearer(token("EdDSA", **for_years))).id == CALLER.id
    assert server.requests == []
    assert verifier.verify(bearer(token("ES256", {"kid": "k2"}, **for_years))).id == CALLER.id
    with pytest.raises(Unauthorized):
        verifier.verify(bearer(token("ES256", {"kid": "k3"}, **for_years)))
    assert len(server.requests) == 1


def test_the_factory_makes_a_verifier_of_the_url_alone(server: KeyServer) -> None:
    settings = AuthSettings(jwks_url=server.url, issuer=ISSUER, audiences=(AUDIENCE,), algorithms=ASYMMETRIC)
    verifier = build_verifier(settings)
    assert server.requests == []
    assert verifier.verify(bearer(token("EdDSA", exp=4_000_000_000, iat=None))).id == CALLER.id
