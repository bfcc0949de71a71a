import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.auth.jose import MalformedError, UnusableKeyError, json_object, read_jwk, read_key_set
from tests.unit.core.auth import tokens as forge
from tests.unit.core.auth.tokens import ASYMMETRIC, jwk, key_set

# RFC 7517, appendix A.1: two public keys, one of them for encryption; and A.2, the private half of the first.
RFC_EC: dict[str, Any] = {
    "kty": "EC",
    "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    "use": "enc",
    "kid": "1",
}
RFC_EC_D = "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"


def test_the_rfcs_key_for_encryption_is_dropped_and_without_its_use_it_serves() -> None:
    with pytest.raises(UnusableKeyError, match="use"):
        read_jwk(RFC_EC, ASYMMETRIC)
    usable = read_jwk({**RFC_EC, "use": "sig"}, ASYMMETRIC)
    assert (usable.kid, usable.algorithms) == ("1", ("ES256",))


def test_the_rfcs_private_key_is_dropped() -> None:
    with pytest.raises(UnusableKeyError, match="private"):
        read_jwk({**RFC_EC, "use": "sig", "d": RFC_EC_D}, ASYMMETRIC)


@pytest.mark.parametrize("alg", ASYMMETRIC)
def test_a_key_with_an_alg_serves_that_alone(alg: str) -> None:
    assert read_jwk(jwk(alg), ASYMMETRIC).algorithms == (alg,)


@pytest.mark.parametrize(
    ("alg", "fitting"),
    [
        ("RS256", ("RS256", "PS256")),
        ("ES256", ("ES256",)),
        ("ES384", ("ES384",)),
        ("ES512", ("ES512",)),
        ("EdDSA", ("EdDSA", "Ed25519")),
    ],
)
def test_a_key_without_an_alg_serves_what_fits_its_kind_and_is_accepted(alg: str, fitting: tuple[str, ...]) -> None:
    assert read_jwk(jwk(alg, alg=None), ASYMMETRIC).algorithms == fitting
    assert read_jwk(jwk(alg, alg=None), fitting[-1:]).algorithms == fitting[-1:]
    with pytest.raises(UnusableKeyError):
        read_jwk(jwk(alg, alg=None), ("HS256",))


@pytest.mark.parametrize(
    "members",
    [
        {"use": "sig"},
        {"key_ops": ["verify"]},
        {"key_ops": ["sign", "verify"]},
        {"use": "sig", "key_ops": ["verify"]},
        {"kid": "k" * 200},
        {"kid": ""},
        {"x5c": ["MIIB"], "x5t": "abc", "x5u": "http://127.0.0.1:1/"},
        {"unknown": {"a": 1}, "exp": 1, "nbf": 2**60},
    ],
)
def test_members_that_do_not_forbid_it_leave_a_key_usable(members: dict[str, object]) -> None:
    assert read_jwk({**jwk(), **members}, ASYMMETRIC).algorithms == ("EdDSA",)


def without(member: str, alg: str = "EdDSA") -> dict[str, Any]:
    return {name: value for name, value in jwk(alg).items() if name != member}


UNUSABLE: dict[str, object] = {
    "no object": "x",
    "null": None,
    "list": [jwk()],
    "empty": {},
    "secret": {"kty": "oct", "k": forge.b64(b"s" * 32), "alg": "HS256"},
    "secret said to be EdDSA": {"kty": "oct", "k": forge.b64(b"s" * 32), "alg": "EdDSA"},
    "secret beside a public key": {**jwk(), "k": forge.b64(b"s" * 32)},
    "use enc": {**jwk(), "use": "enc"},
    "use shouted": {**jwk(), "use": "SIG"},
    "use null": {**jwk(), "use": None},
    "use list": {**jwk(), "use": ["sig"]},
    "key_ops sign": {**jwk(), "key_ops": ["sign"]},
    "key_ops empty": {**jwk(), "key_ops": []},
    "key_ops string": {**jwk(), "key_ops": "verify"},
    "key_ops null": {**jwk(), "key_ops": None},
    "key_ops object": {**jwk(), "key_ops": {"verify": 1}},
    "kid number": {**jwk(), "kid": 1},
    "kid list": {**jwk(), "kid": ["k1"]},
    "kid too long": {**jwk(), "kid": "k" * 201},
    "no kty": without("kty"),
    "kty list": {**jwk(), "kty": ["OKP"]},
    "kty in lower case": {**jwk(), "kty": "okp"},
    "kty of another kind": {**jwk(), "kty": "EC"},
    "no crv": without("crv"),
    "crv list": {**jwk(), "crv": ["Ed25519"]},
    "crv of key agreement": {**jwk(), "crv": "X25519"},
    "crv Ed448": {**jwk(), "crv": "Ed448"},
    "crv secp256k1": {**jwk("ES256"), "crv": "secp256k1", "alg": "ES256K"},
    "crv of another size": {**jwk("ES256"), "crv": "P-384", "alg": "ES384"},
    "alg of another curve": jwk("ES256", alg="ES384"),
    "alg of another kind": jwk("RS256", alg="ES256"),
    "alg of a secret": jwk("RS256", alg="HS256"),
    "alg none": {**jwk(), "alg": "none"},
    "alg null": {**jwk(), "alg": None},
    "alg list": {**jwk(), "alg": ["EdDSA"]},
    "alg of encryption": jwk("RS256", alg="RSA-OAEP"),
    "no x": without("x"),
    "x empty": {**jwk(), "x": ""},
    "x short": {**jwk(), "x": "AAAA"},
    "x number": {**jwk(), "x": 1},
    "x not base64": {**jwk(), "x": "!"},
    "no y": without("y", "ES256"),
    "point off the curve": {**jwk("ES256"), "y": jwk("ES256")["x"]},
    "point at zero": {**jwk("ES256"), "x": forge.b64(bytes(32)), "y": forge.b64(bytes(32))},
    "no n": without("n", "RS256"),
    "n empty": {**jwk("RS256"), "n": ""},
    "n number": {**jwk("RS256"), "n": 1},
    "e one": {**jwk("RS256"), "e": "AQ"},
    "e even": {**jwk("RS256"), "e": "BA"},
    "e zero": {**jwk("RS256"), "e": "AA"},
    "short RSA": {**forge.algorithm("RS256").to_jwk(forge.short_rsa_key().public_key(), as_dict=True), "alg": "RS256"},
    **{f"private member {name}": {**jwk("RS256"), name: "AQ"} for name in ("d", "p", "q", "dp", "dq", "qi", "oth")},
    "private member null": {**jwk(), "d": None},
}


@pytest.mark.parametrize("bad", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_bad_key_is_dropped_and_never_spoils_the_good_one_beside_it(bad: object) -> None:
    with pytest.raises(UnusableKeyError):
        read_jwk(bad, ASYMMETRIC)
    good = jwk("ES384", kid="good")
    for both in ((bad, good), (good, bad), (bad, good, bad)):
        usable, faults = read_key_set(key_set(*both).encode(), ASYMMETRIC)
        assert [each.kid for each in usable] == ["good"]
        assert len(faults) == len(both) - 1


def test_a_fault_says_which_key_it_is_and_shows_nothing_of_it() -> None:
    _, faults = read_key_set(key_set(jwk(), {**jwk(), "kid": "k2", "d": "c2VjcmV0"}).encode(), ASYMMETRIC)
    assert faults == ["key 2: it holds private members: publish the public half only, and replace this key"]


def test_keys_that_share_a_kid_are_all_dropped() -> None:
    doubled = [jwk("ES256", kid="twice"), jwk("ES256", 1, kid="twice"), jwk("RS256", kid="twice")]
    usable, faults = read_key_set(key_set(*doubled, jwk(kid="once")).encode(), ASYMMETRIC)
    assert [each.kid for each in usable] == ["once"]
    assert faults == ["3 keys have the same kid"]


def test_a_bad_key_with_the_kid_of_a_good_one_does_not_take_it_along() -> None:
    usable, _ = read_key_set(key_set(jwk("ES256"), jwk("RS256", use="enc")).encode(), ASYMMETRIC)
    assert [each.algorithms for each in usable] == [("ES256",)]


def test_several_keys_without_a_kid_are_kept() -> None:
    usable, faults = read_key_set(key_set(jwk("ES256", kid=None), jwk("ES256", 1, kid=None)).encode(), ASYMMETRIC)
    assert (len(usable), faults) == (2, [])


NOT_KEY_SETS = {
    "nothing": b"",
    "HTML": b"<!doctype html><title>Sign in</title>",
    "array": b"[]",
    "string": b'"keys"',
    "no keys": b"{}",
    "keys null": b'{"keys":null}',
    "keys object": b'{"keys":{}}',
    "keys string": b'{"keys":"x"}',
    "one bare key": json.dumps(jwk()).encode(),
    "keys twice": b'{"keys":[],"keys":[]}',
    "a member twice": b'{"keys":[{"kty":"OKP","kty":"EC"}]}',
    "cut off": key_set(jwk()).encode()[:-1],
    "not UTF-8": b'{"keys":[],"a":"\xff"}',
    "BOM": b"\xef\xbb\xbf" + key_set(jwk()).encode(),
    "NaN": b'{"keys":[],"a":NaN}',
    "deep nesting": b'{"keys":' + b"[" * 60_000,
    "5000 digits": b'{"keys":[],"a":' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("raw", NOT_KEY_SETS.values(), ids=NOT_KEY_SETS.keys())
def test_what_is_no_jwk_set_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        read_key_set(raw, ASYMMETRIC)


def test_an_object_within_the_rules_is_read_as_it_is() -> None:
    assert json_object(b' {"a": [1, 1.5, true, null, "\xc3\xa9", {"a": {}}], "b": ""} ') == {
        "a": [1, 1.5, True, None, "\u00e9", {"a": {}}],
        "b": "",
    }


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = ("kty", "crv", "x", "y", "n", "e", "alg", "use", "key_ops", "kid", "d")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ASYMMETRIC), st.dictionaries(st.sampled_from(MEMBERS), ANY_JSON, min_size=1))
def test_a_key_of_any_members_is_usable_or_not_and_nothing_else(alg: str, members: dict[str, Any]) -> None:
    try:
        usable = read_jwk({**jwk(alg), **members}, ASYMMETRIC)
    except UnusableKeyError:
        return
    assert set(usable.algorithms) <= set(ASYMMETRIC)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_malformed(raw: bytes) -> None:
    try:
        assert isinstance(json_object(raw), dict)
    except MalformedError:
        return
