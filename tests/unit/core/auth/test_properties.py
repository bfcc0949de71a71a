"""Whatever comes in, the right caller or a 4xx comes out: random bytes, random JSON that is signed, mutated tokens."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.auth.verifier import Caller, Verifier
from shared.core.errors import ApiError, status_and_code
from tests.unit.core.auth import tokens as forge
from tests.unit.core.auth.tokens import CALLER, CLAIMS, USER, bearer, encoded, signed, token

BY_SECRET = forge.secret_verifier()
KEYS = (forge.verification_key("EdDSA"), forge.verification_key("ES256", kid="k2"))
BY_KEY = forge.key_verifier(*KEYS)
GOOD = (token(), token("EdDSA"), token("ES256", {"kid": "k2"}))
EXAMPLES = settings(max_examples=150, deadline=None)


def outcome(verifier: Verifier, headers: list[str]) -> Caller | int:
    """The caller, or the status of a refusal; any other exception fails the test by itself."""
    try:
        return verifier.verify(headers)
    except ApiError as error:
        return status_and_code(type(error))[0]


def outcomes(headers: list[str]) -> set[Caller | int]:
    """By verifiers that remember the good tokens, and by some that have seen none."""
    for good in GOOD:
        assert isinstance(outcome(trusting(good), bearer(good)), Caller)
    unseen = (forge.secret_verifier(), forge.key_verifier(*KEYS))
    return {outcome(verifier, headers) for verifier in (BY_SECRET, BY_KEY, *unseen)}


def trusting(good: str) -> Verifier:
    return BY_SECRET if good == GOOD[0] else BY_KEY


ANY_TEXT = st.text(st.characters(), max_size=300)
SEGMENTS = st.text("ABCXYZabcxyz0189-_", max_size=60)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4), max_leaves=10
)
ODD_NUMBERS = st.one_of(
    st.integers(), st.floats(), st.integers(2**62, 2**70), st.integers(-(10**400), 10**400), st.booleans()
)


@EXAMPLES
@given(st.lists(ANY_TEXT, max_size=3))
def test_no_text_is_a_caller(headers: list[str]) -> None:
    assert outcomes(headers) <= {400, 401}


@EXAMPLES
@given(st.binary(max_size=300))
def test_no_bytes_are_a_caller(raw: bytes) -> None:
    assert outcomes(bearer(raw.decode("latin-1"))) <= {400, 401}


@EXAMPLES
@given(SEGMENTS, SEGMENTS, SEGMENTS)
def test_no_three_segments_are_a_caller(first: str, second: str, third: str) -> None:
    assert outcomes(bearer(f"{first}.{second}.{third}")) == {401}


@EXAMPLES
@given(st.binary(max_size=100), st.binary(max_size=100))
def test_no_signed_bytes_are_a_caller(header: bytes, payload: bytes) -> None:
    assert outcomes(bearer(signed(header, payload))) == {401}
    assert outcomes(bearer(signed({"alg": "HS256"}, payload))) == {401}


@EXAMPLES
@given(ANY_JSON, ANY_JSON)
def test_no_signed_json_is_a_caller_unless_it_has_the_claims(header: object, payload: object) -> None:
    assert outcomes(bearer(signed(header, payload))) == {401}


@EXAMPLES
@given(
    st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64", "zip", "enc", "jwk", "jku", "cty"]), ANY_JSON)
)
def test_a_header_of_any_values_changes_nothing_but_the_verdict(header: dict[str, Any]) -> None:
    value = signed({"alg": "HS256", **header}, dict(CLAIMS))
    assert outcome(BY_SECRET, bearer(value)) in (CALLER, 401)


@EXAMPLES
@given(st.sampled_from(["iss", "aud", "sub", "exp", "nbf", "iat", "email", "name"]), ANY_JSON | ODD_NUMBERS)
def test_a_claim_of_any_value_gives_the_right_caller_or_a_refusal(claim: str, value: object) -> None:
    verdict = outcome(BY_SECRET, bearer(signed({"alg": "HS256"}, {**CLAIMS, claim: value})))
    if isinstance(verdict, Caller):
        assert verdict.id == (value if claim == "sub" else USER)
        assert verdict.expires_at == (value if claim == "exp" else CALLER.expires_at)
        assert claim not in ("iss", "aud") or value == CLAIMS[claim]
    else:
        assert verdict == 401


@EXAMPLES
@given(st.sampled_from(GOOD), st.data())
def test_no_change_of_one_character_is_a_caller(good: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(good) - 1))
    replacement = data.draw(
        st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\u00e9")
    )
    if replacement != good[position]:
        assert outcomes(bearer(good[:position] + replacement + good[position + 1 :])) == {401}


@EXAMPLES
@given(st.sampled_from(GOOD), st.data())
def test_no_piece_cut_out_doubled_or_put_in_is_a_caller(good: str, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(good)), st.integers(0, len(good)))))
    put_in = data.draw(SEGMENTS)
    for changed in (good[:start] + good[end:], good[:end] + good[start:], good[:start] + put_in + good[start:]):
        if changed != good:
            assert outcomes(bearer(changed)) == {401}


@EXAMPLES
@given(st.sampled_from(["EdDSA", "ES256"]), st.binary(max_size=140))
def test_no_random_signature_is_a_caller(alg: str, signature: bytes) -> None:
    header = {"alg": alg, "kid": "k1" if alg == "EdDSA" else "k2"}
    forged = f"{encoded(header)}.{encoded(dict(CLAIMS))}.{forge.b64(signature)}"
    assert outcomes(bearer(forged)) == {401}


@EXAMPLES
@given(st.integers(0, 2000), st.sampled_from(['{"a":', "[", '[{"a":']), st.sampled_from(["", "1"]))
def test_no_depth_of_nesting_is_more_than_a_refusal(depth: int, opening: str, middle: str) -> None:
    assert outcomes(bearer(signed({"alg": "HS256"}, opening * depth + middle))) == {401}


@pytest.mark.parametrize("good", GOOD, ids=["HS256", "EdDSA", "ES256"])
def test_each_single_flipped_bit_of_a_good_token_is_refused(good: str) -> None:
    verifier = trusting(good)
    assert isinstance(outcome(verifier, bearer(good)), Caller)
    for position, character in enumerate(good):
        for bit in range(7):
            flipped = good[:position] + chr(ord(character) ^ 1 << bit) + good[position + 1 :]
            # A flipped dot may become a comma, and two headers.
            assert outcome(verifier, bearer(flipped)) in (400, 401)


@EXAMPLES
@given(st.dictionaries(ANY_TEXT, ANY_JSON, max_size=5))
def test_claims_that_nobody_knows_change_nothing(more: dict[str, Any]) -> None:
    value = signed({"alg": "HS256"}, json.dumps({**more, **CLAIMS}).encode())
    assert outcome(BY_SECRET, bearer(value)) in ({CALLER} if is_strict(more) else {CALLER, 401})


def is_strict(value: object) -> bool:
    """Whether Python writes it as JSON; it writes NaN and Infinity too. `nbf` and `token_use` are known."""
    return "NaN" not in (text := json.dumps(value)) and "Infinity" not in text and '"nbf"' not in text
