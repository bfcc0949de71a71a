"""A token that was verified is remembered, so that its signature is checked once; no verdict on claims, no refusal."""

import sys
from typing import Any

import pytest

from shared.core.auth import verifier as module
from shared.core.auth.jose import Key, VerificationKey, check_signature, read_compact
from shared.core.auth.jwks import FixedKeySet
from shared.core.auth.remembered import MOST_TOKENS, Read, VerifiedTokens
from shared.core.auth.settings import AuthSettings
from shared.core.auth.verifier import LEEWAY, MAXIMUM_TOKEN_LENGTH, Verifier
from shared.core.errors import TokenExpired, Unauthorized
from tests.unit.core.auth import tokens as forge
from tests.unit.core.auth.tokens import (
    ASYMMETRIC,
    AUDIENCE,
    CALLER,
    CLAIMS,
    ISSUER,
    NOW,
    SECRET,
    bearer,
    signed,
    token,
    verification_key,
)


class Issuer:
    """A verifier whose keys and clock a test moves."""

    def __init__(self, issuer: str = ISSUER) -> None:
        self.now = float(NOW)
        self.keys = FixedKeySet([verification_key("ES256")])
        settings = AuthSettings(jwks="{}", issuer=issuer, audiences=(AUDIENCE,), algorithms=ASYMMETRIC)
        self.verifier = Verifier(settings, self, clock=lambda: self.now)

    def publish(self, *keys: VerificationKey) -> None:
        self.keys = FixedKeySet(keys)

    def find(self, kid: str | None, alg: str, /) -> Key | None:
        return self.keys.find(kid, alg)

    def refusal(self, value: str) -> str:
        """The check that failed."""
        with pytest.raises(Unauthorized) as caught:
            self.verifier.verify(bearer(value))
        return str(caught.value.reason).split()[0]


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens whose signature was checked, whether or not it held."""
    tokens: list[str] = []

    def counted(value: str, alg: str, key: Key) -> None:
        tokens.append(value)
        check_signature(value, alg, key)

    monkeypatch.setattr(module, "check_signature", counted)
    return tokens


@pytest.mark.parametrize("alg", ["HS256", *ASYMMETRIC])
def test_the_signature_of_a_token_that_comes_again_is_checked_once(alg: str, checked: list[str]) -> None:
    verifier = forge.secret_verifier() if alg == "HS256" else forge.key_verifier(verification_key(alg))
    value = token(alg)

    assert [verifier.verify(bearer(value)) for _ in range(5)] == [CALLER] * 5
    assert checked == [value]


def test_a_token_that_comes_again_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[str]()

    def noted(value: str) -> tuple[dict[str, Any], dict[str, Any]]:
        read.append(value)
        return read_compact(value)

    monkeypatch.setattr(module, "read_compact", noted)
    issuer, good, refused = Issuer(), token("ES256"), token("ES256", aud="https://other.example.com")

    assert [issuer.verifier.verify(bearer(good)) for _ in range(3)] == [CALLER] * 3
    assert [issuer.refusal(refused) for _ in range(2)] == ["aud"] * 2
    assert read == [good, refused, refused]


def test_another_token_of_the_same_caller_is_checked(checked: list[str]) -> None:
    issuer = Issuer()
    values = [token("ES256"), token("ES256"), token("ES256", jti="another")]

    assert [issuer.verifier.verify(bearer(value)) for value in values] == [CALLER] * 3
    assert checked == values


# What is asked of a remembered token each time


def test_a_remembered_token_expires(checked: list[str]) -> None:
    issuer, value = Issuer(), token("ES256")
    issuer.verifier.verify(bearer(value))

    for late in (LEEWAY, 10**6):
        issuer.now = CLAIMS["exp"] + late
        with pytest.raises(TokenExpired):
            issuer.verifier.verify(bearer(value))
    assert checked == [value]


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_remembered_token_is_refused_by_a_clock_that_was_set_back(claim: str, checked: list[str]) -> None:
    issuer, value = Issuer(), token("ES256", **{"iat": NOW - 900, claim: NOW})
    issuer.verifier.verify(bearer(value))

    issuer.now = NOW - LEEWAY - 1
    assert issuer.refusal(value) == claim
    assert checked == [value]


def test_a_verifier_with_other_settings_remembers_nothing_of_this_one() -> None:
    value = token("ES256")
    mine, other = Issuer(), Issuer("https://other.example.com")
    mine.verifier.verify(bearer(value))

    assert other.refusal(value) == "iss"


# Keys


def test_a_key_that_was_replaced_under_its_kid_no_longer_verifies(checked: list[str]) -> None:
    issuer, value = Issuer(), token("ES256")
    issuer.verifier.verify(bearer(value))
    issuer.publish(verification_key("ES256", 1))

    assert [issuer.refusal(value) for _ in range(2)] == ["signature"] * 2
    assert checked == [value] * 3


def test_a_key_that_was_taken_away_no_longer_verifies() -> None:
    issuer, value = Issuer(), token("ES256")
    issuer.verifier.verify(bearer(value))
    issuer.publish(verification_key("ES256", 1, kid="k2"))

    assert issuer.refusal(value) == "key"


def test_a_key_that_serves_another_algorithm_now_no_longer_verifies() -> None:
    issuer, value = Issuer(), token("RS256")
    issuer.publish(verification_key("RS256"))
    issuer.verifier.verify(bearer(value))
    issuer.publish(verification_key("RS256", alg="PS256"))

    assert issuer.refusal(value) == "key"


def test_a_key_is_known_by_what_it_is_and_not_by_its_value(checked: list[str]) -> None:
    issuer, value = Issuer(), token("ES256")
    for _ in range(2):  # the same set, fetched again
        issuer.publish(verification_key("ES256"))
        assert [issuer.verifier.verify(bearer(value)) for _ in range(2)] == [CALLER] * 2

    assert checked == [value] * 2


# Refusals


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(
            signed({"alg": "ES256", "kid": "k1"}, dict(CLAIMS), "ES256", forge.private_key("ES256", 1)), id="key"
        ),
        pytest.param(token("ES256", aud="https://other.example.com"), id="aud"),
        pytest.param(token("ES256", sub=""), id="sub"),
        pytest.param(token("ES256", nbf=NOW + 60), id="nbf"),
        pytest.param(token("ES256", exp=NOW - LEEWAY), id="exp"),
    ],
)
def test_a_refused_token_is_not_remembered(value: str, checked: list[str]) -> None:
    issuer = Issuer()
    for _ in range(3):
        issuer.refusal(value)

    assert checked == [value] * 3


def test_junk_displaces_nobody(checked: list[str]) -> None:
    issuer, value = Issuer(), token("ES256")
    issuer.verifier.verify(bearer(value))
    for number in range(MOST_TOKENS + 1):
        issuer.refusal(token("ES256", aud=f"https://{number}.example.com"))
        issuer.refusal(f"{value[:-8]}{number:08}")
    issuer.verifier.verify(bearer(value))

    assert checked.count(value) == 1


# Bounds


def test_the_token_that_was_not_used_for_longest_makes_room(checked: list[str]) -> None:
    verifier = forge.secret_verifier()
    first, second, *others = (token(jti=str(number)) for number in range(MOST_TOKENS + 1))
    for value in (first, second, *others[:-1]):
        verifier.verify(bearer(value))
    for value in (first, others[-1]):
        verifier.verify(bearer(value))
    checked.clear()

    for value in (first, *others, second):
        verifier.verify(bearer(value))
    assert checked == [second]


def test_what_is_remembered_has_a_size_that_no_token_exceeds() -> None:
    verified = VerifiedTokens()
    tokens = [f"{number:0{MAXIMUM_TOKEN_LENGTH}}" for number in range(MOST_TOKENS * 3)]
    for value in tokens:
        verified.add(value, Read({}, {}, SECRET.encode()))
    held = [value for value in tokens if verified.get(value)]

    assert len(held) == MOST_TOKENS
    assert sum(map(sys.getsizeof, held)) + sys.getsizeof(verified._read) < 1.1 * 2**20
