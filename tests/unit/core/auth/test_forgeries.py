"""Forged signatures and borrowed keys: RFC 8725's list, the known attacks on JWT libraries, and what lies between."""

import hmac
import json
from collections.abc import Mapping
from typing import Any, Protocol

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.core.auth.jose import UnusableKeyError, read_jwk
from shared.core.auth.jwks import SharedSecret
from shared.core.auth.remembered import VerifiedTokens
from shared.core.auth.settings import AuthSettings
from shared.core.auth.verifier import Verifier
from shared.core.errors import Unauthorized
from shared.core.fingerprint import fingerprint
from tests.unit.core.auth import tokens as forge
from tests.unit.core.auth.tokens import ASYMMETRIC, CALLER, CLAIMS, SECRET, b64, bearer, encoded, signed, token

# The size of r and of s, for the algorithms whose signature is the two of them.
COORDINATE_BYTES = {"ES256": 32, "ES384": 48, "ES512": 66}


def check_failed_by(verifier: Verifier, value: str) -> str:
    with pytest.raises(Unauthorized) as caught:
        verifier.verify(bearer(value))
    assert type(caught.value) is Unauthorized
    check, _, mark = str(caught.value.reason).partition(" ")
    assert mark == f"token={fingerprint(value)}"
    return check


def verifier_of(*names: str) -> Verifier:
    """Trusts one key for each algorithm, each with its algorithm as its kid, and accepts all algorithms."""
    return forge.key_verifier(*(forge.verification_key(name, kid=name) for name in names))


EVERYTHING = verifier_of(*ASYMMETRIC)


@pytest.fixture(autouse=True)
def _unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """It remembers nothing of another test."""
    monkeypatch.setattr(EVERYTHING, "_verified", VerifiedTokens())


class Issue(Protocol):
    """Makes a good token of the algorithm, for a verifier that knows its key by that name."""

    def __call__(
        self, verifier: Verifier, alg: str, header: Mapping[str, Any] | None = None, **claims: object
    ) -> str: ...


@pytest.fixture(params=["never seen", "remembered"])
def issue(request: pytest.FixtureRequest) -> Issue:
    """What is made of a good token is refused, whether or not the verifier has let the good one pass before."""

    def issued(verifier: Verifier, alg: str, header: Mapping[str, Any] | None = None, **claims: object) -> str:
        value = token(alg, {"kid": alg, **(header or {})}, **claims)
        if request.param == "remembered":
            assert [verifier.verify(bearer(value)).id for _ in range(2)] == [claims.get("sub", CALLER.id)] * 2
        return value

    return issued


@pytest.mark.parametrize("alg", ASYMMETRIC)
def test_each_algorithm_verifies_its_own_tokens(alg: str) -> None:
    assert EVERYTHING.verify(bearer(token(alg, {"kid": alg}))) == CALLER


@pytest.mark.parametrize("alg", ASYMMETRIC)
def test_another_key_of_the_same_kind_is_refused(alg: str, issue: Issue) -> None:
    issue(EVERYTHING, alg)
    forged = signed({"alg": alg, "kid": alg}, dict(CLAIMS), alg, forge.private_key(alg, 1))
    assert check_failed_by(EVERYTHING, forged) == "signature"


@pytest.mark.parametrize("alg", ["HS256", *ASYMMETRIC])
@pytest.mark.parametrize("segment", [0, 1, 2])
def test_a_segment_of_another_good_token_is_refused(alg: str, segment: int, issue: Issue) -> None:
    verifier = forge.secret_verifier() if alg == "HS256" else EVERYTHING
    mine = issue(verifier, alg, {"typ": "JWT"}).split(".")
    theirs = issue(verifier, alg, sub="admin").split(".")
    mine[segment] = theirs[segment]
    assert check_failed_by(verifier, ".".join(mine)) == "signature"


@pytest.mark.parametrize("alg", ["HS256", *ASYMMETRIC])
def test_a_signature_with_any_byte_changed_shortened_or_lengthened_is_refused(alg: str, issue: Issue) -> None:
    verifier = forge.secret_verifier() if alg == "HS256" else EVERYTHING
    value = issue(verifier, alg)
    signing_input, _, last = value.rpartition(".")
    signature = forge.unb64(last)
    middle = len(signature) // 2
    for forged in (
        bytes([signature[0] ^ 1]) + signature[1:],
        signature[:middle] + bytes([signature[middle] ^ 0x80]) + signature[middle + 1 :],
        signature[:-1] + bytes([signature[-1] ^ 1]),
        signature[:-1],
        signature[1:],
        signature + b"\x00",
        b"\x00" + signature,
        signature * 2,
        signature[::-1],
        b"\x00",
    ):
        assert check_failed_by(verifier, f"{signing_input}.{b64(forged)}") == "signature"


@pytest.mark.parametrize("alg", ["RS256", "PS256"])
def test_a_signature_without_its_leading_zero_byte_is_refused(alg: str, issue: Issue) -> None:
    tokens = (issue(EVERYTHING, alg, jti=str(number)) for number in range(10_000))
    value = next(one for one in tokens if forge.unb64(one.rpartition(".")[2])[0] == 0)
    signing_input, _, last = value.rpartition(".")
    assert check_failed_by(EVERYTHING, f"{signing_input}.{b64(forge.unb64(last)[1:])}") == "signature"


def test_a_missing_signature_is_refused(issue: Issue) -> None:
    value = issue(EVERYTHING, "ES256")
    assert check_failed_by(EVERYTHING, value[: value.rindex(".") + 1]) == "shape"
    assert check_failed_by(EVERYTHING, value[: value.rindex(".")]) == "shape"


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "none ", "\u0000none", ""])
@pytest.mark.parametrize("signature", ["", "AA", "e30"])
def test_no_spelling_of_none_is_an_algorithm(alg: str, signature: str, issue: Issue) -> None:
    issue(EVERYTHING, "ES256")
    forged = f"{encoded({'alg': alg})}.{encoded(dict(CLAIMS))}.{signature}"
    assert check_failed_by(EVERYTHING, forged) in ("alg", "shape")
    assert check_failed_by(forge.secret_verifier(), forged) in ("alg", "shape")


# Psychic signatures (CVE-2022-21449), and the numbers next to them


@pytest.mark.parametrize("alg", COORDINATE_BYTES)
@pytest.mark.parametrize(("r", "s"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_signature_of_small_numbers_is_refused(alg: str, r: int, s: int, issue: Issue) -> None:
    issue(EVERYTHING, alg)
    size = COORDINATE_BYTES[alg]
    signature = r.to_bytes(size, "big") + s.to_bytes(size, "big")
    forged = f"{encoded({'alg': alg, 'kid': alg})}.{encoded(dict(CLAIMS))}.{b64(signature)}"
    assert check_failed_by(EVERYTHING, forged) == "signature"


@pytest.mark.parametrize("alg", COORDINATE_BYTES)
@pytest.mark.parametrize("byte", [0x00, 0xFF])
def test_a_signature_of_one_byte_repeated_is_refused(alg: str, byte: int, issue: Issue) -> None:
    issue(EVERYTHING, alg)
    forged = f"{encoded({'alg': alg, 'kid': alg})}.{encoded(dict(CLAIMS))}."
    assert check_failed_by(EVERYTHING, forged + b64(bytes([byte]) * 2 * COORDINATE_BYTES[alg])) == "signature"


@pytest.mark.parametrize("alg", COORDINATE_BYTES)
def test_a_signature_in_der_is_refused(alg: str, issue: Issue) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    signing_input, _, last = issue(EVERYTHING, alg).rpartition(".")
    raw, size = forge.unb64(last), COORDINATE_BYTES[alg]
    der = encode_dss_signature(int.from_bytes(raw[:size], "big"), int.from_bytes(raw[size:], "big"))
    assert check_failed_by(EVERYTHING, f"{signing_input}.{b64(der)}") == "signature"


@pytest.mark.parametrize("alg", ["EdDSA", "Ed25519"])
@pytest.mark.parametrize(
    "signature", [bytes(64), b"\x01" + bytes(63), b"\xff" * 64, b"\x01" + bytes(31) + b"\x01" + bytes(31)]
)
def test_a_signature_of_low_order_points_is_refused(alg: str, signature: bytes, issue: Issue) -> None:
    issue(EVERYTHING, alg)
    forged = f"{encoded({'alg': alg, 'kid': alg})}.{encoded(dict(CLAIMS))}.{b64(signature)}"
    assert check_failed_by(EVERYTHING, forged) == "signature"


@pytest.mark.parametrize("alg", ["RS256", "PS256"])
@pytest.mark.parametrize("size", [1, 255, 256, 257, 512])
def test_an_rsa_signature_of_nothing_is_refused(alg: str, size: int, issue: Issue) -> None:
    issue(EVERYTHING, alg)
    forged = f"{encoded({'alg': alg, 'kid': alg})}.{encoded(dict(CLAIMS))}.{b64(bytes(size))}"
    assert check_failed_by(EVERYTHING, forged) == "signature"


# Algorithm confusion


def public_spellings(alg: str) -> list[bytes]:
    """The public key in each form that a careless verifier might take for an HMAC secret."""
    public = forge.private_key(alg).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    jwk = forge.jwk(alg, kid=alg)
    spellings = [pem, pem.strip(), pem.replace(b"\n", b""), json.dumps(jwk).encode(), forge.key_set(jwk).encode()]
    spellings.append(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    spellings.append(str(jwk.get("x", jwk.get("n"))).encode())
    return [*spellings, b"", alg.encode()]


@pytest.mark.parametrize("alg", ASYMMETRIC)
@pytest.mark.parametrize("claimed", ["HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA", "PS256"])
def test_a_public_key_is_never_a_secret(alg: str, claimed: str, issue: Issue) -> None:
    verifier = verifier_of(alg)
    issue(verifier, alg)
    signing_input = f"{encoded({'alg': claimed, 'kid': alg})}.{encoded(dict(CLAIMS))}"
    for spelling in public_spellings(alg):
        for digest in ("sha256", "sha384", "sha512"):
            forged = f"{signing_input}.{b64(hmac.digest(spelling, signing_input.encode(), digest))}"
            assert check_failed_by(verifier, forged) in ("alg", "key", "signature")


@pytest.mark.parametrize("alg", ASYMMETRIC)
def test_a_public_key_is_never_a_secret_even_where_hs256_is_listed_beside(alg: str) -> None:
    # given settings that shared.core.settings would refuse
    verifier = forge.key_verifier(forge.verification_key(alg, kid=alg), algorithms=("HS256", *ASYMMETRIC))
    for spelling in public_spellings(alg):
        forged = signed({"alg": "HS256", "kid": alg}, dict(CLAIMS), "HS256", spelling)
        assert check_failed_by(verifier, forged) == "key"


@pytest.mark.parametrize("alg", ASYMMETRIC)
@pytest.mark.parametrize("claimed", ASYMMETRIC)
def test_a_key_serves_only_the_algorithm_it_was_published_for(alg: str, claimed: str, issue: Issue) -> None:
    if claimed != alg:
        verifier = verifier_of(alg)
        issue(verifier, alg)
        forged = signed({"alg": claimed, "kid": alg}, dict(CLAIMS), alg)
        assert check_failed_by(verifier, forged) == "key"


def test_an_rsa_token_is_refused_where_only_es256_is_accepted() -> None:
    verifier = forge.key_verifier(forge.verification_key("ES256"), algorithms=("ES256",))
    assert check_failed_by(verifier, token("RS256")) == "alg"


def test_a_token_of_a_key_set_is_refused_by_a_shared_secret_and_the_other_way_round() -> None:
    assert check_failed_by(forge.secret_verifier(), token("EdDSA")) == "alg"
    assert check_failed_by(EVERYTHING, token("HS256")) == "alg"


def test_an_rsa_key_without_alg_serves_both_paddings_but_never_mixes_them() -> None:
    verifier = forge.key_verifier(forge.verification_key("RS256", alg=None))
    assert verifier.verify(bearer(token("RS256"))) == CALLER
    pss = signed({"alg": "PS256", "kid": "k1"}, dict(CLAIMS), "PS256", forge.private_key("RS256"))
    assert verifier.verify(bearer(pss)) == CALLER
    mixed = signed({"alg": "PS256", "kid": "k1"}, dict(CLAIMS), "RS256")
    assert check_failed_by(verifier, mixed) == "signature"


@pytest.mark.parametrize("claimed", ["EdDSA", "Ed25519"])
def test_an_ed25519_key_without_alg_serves_both_names_of_the_algorithm(claimed: str) -> None:
    verifier = forge.key_verifier(forge.verification_key("EdDSA", alg=None))
    assert verifier.verify(bearer(token(claimed))) == CALLER


def test_an_ed448_token_is_refused() -> None:
    with pytest.raises(UnusableKeyError):
        read_jwk(
            {**forge.algorithm("EdDSA").to_jwk(forge.ed448_key().public_key(), as_dict=True), "kid": "k1"}, ASYMMETRIC
        )
    forged = signed({"alg": "EdDSA", "kid": "EdDSA"}, dict(CLAIMS), "EdDSA", forge.ed448_key())
    assert check_failed_by(EVERYTHING, forged) == "signature"


# Keys that the token brings along


@pytest.mark.parametrize("alg", ASYMMETRIC)
@pytest.mark.parametrize(
    "brought",
    ["jwk", "jku", "x5u", "x5c"],
)
def test_a_key_that_the_token_brings_is_never_used(alg: str, brought: str, issue: Issue) -> None:
    issue(EVERYTHING, alg)
    evil: dict[str, Any] = {
        "jwk": forge.jwk(alg, 1),
        "jku": "http://127.0.0.1:1/jwks",
        "x5u": "file:///etc/passwd",
        "x5c": ["MIIB"],
    }
    forged = signed({"alg": alg, "kid": alg, brought: evil[brought]}, dict(CLAIMS), alg, forge.private_key(alg, 1))
    assert check_failed_by(EVERYTHING, forged) == "signature"
    without_kid = signed({"alg": alg, brought: evil[brought]}, dict(CLAIMS), alg, forge.private_key(alg, 1))
    assert check_failed_by(EVERYTHING, without_kid) == "signature"


def test_a_key_that_a_good_token_brings_is_ignored() -> None:
    good = token("ES256", {"kid": "ES256", "jwk": forge.jwk("ES256", 1), "jku": "https://evil.example", "x5c": []})
    assert EVERYTHING.verify(bearer(good)) == CALLER


@pytest.mark.parametrize(
    "kid",
    [
        "",
        "k2",
        "K1",
        "k1 ",
        " k1",
        "k1\u0000",
        "k\u0661",
        "../k1",
        "/dev/null",
        "k1' --",
        "__class__",
        "http://evil/jwks",
        "\ud800",
    ],
)
def test_a_kid_is_a_dictionary_key_and_nothing_else(kid: str) -> None:
    verifier = forge.key_verifier(forge.verification_key("ES256"))
    assert check_failed_by(verifier, token("ES256", {"kid": kid})) == "key"


def test_a_secret_of_nothing_behind_a_path_in_kid_is_refused() -> None:
    forged = signed({"alg": "HS256", "kid": "/dev/null"}, dict(CLAIMS), "HS256", b"")
    assert check_failed_by(forge.secret_verifier(), forged) == "signature"


# Without a kid


def without_kid(alg: str = "ES256") -> str:
    return signed({"alg": alg}, dict(CLAIMS), alg)


def test_without_a_kid_the_only_fitting_key_is_used() -> None:
    verifier = forge.key_verifier(forge.verification_key("ES256"), forge.verification_key("RS256", kid="k2"))
    assert verifier.verify(bearer(without_kid())) == CALLER


def test_without_a_kid_and_with_two_fitting_keys_the_token_is_refused() -> None:
    verifier = forge.key_verifier(forge.verification_key("ES256"), forge.verification_key("ES256", 1, kid="k2"))
    assert check_failed_by(verifier, without_kid()) == "key"


def test_a_key_without_a_kid_serves_tokens_without_one_only() -> None:
    verifier = forge.key_verifier(forge.verification_key("ES256", kid=None))
    assert verifier.verify(bearer(without_kid())) == CALLER
    assert check_failed_by(verifier, token("ES256")) == "key"


def test_two_keys_without_a_kid_make_a_third_no_more_certain() -> None:
    keys = (forge.verification_key("ES256", number, kid=None) for number in (0, 1))
    verifier = forge.key_verifier(*keys, forge.verification_key("ES256", 2, kid="k3"))
    assert check_failed_by(verifier, without_kid()) == "key"


# Other documents that the same key signs


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"session": {"id": "s"}, "user": {"id": "u"}, "exp": CLAIMS["exp"]}, id="cookie cache"),
        pytest.param({"email": "someone@example.com", "iat": CLAIMS["iat"], "exp": CLAIMS["exp"]}, id="e-mail"),
        pytest.param({"sub": "u", "iss": CLAIMS["iss"], "aud": "another-client", "exp": CLAIMS["exp"]}, id="ID token"),
    ],
)
def test_other_tokens_of_the_same_issuer_are_refused(claims: dict[str, object]) -> None:
    value = signed({"alg": "EdDSA", "kid": "EdDSA"}, claims, "EdDSA")
    assert check_failed_by(EVERYTHING, value) in ("iss", "aud")


def test_a_session_token_that_is_no_jwt_is_refused() -> None:
    assert check_failed_by(EVERYTHING, "9Sx4ifTqu6b1tIgg35Lz7VYYrn3ykVZr") == "shape"
    assert check_failed_by(EVERYTHING, "9Sx4ifTqu6b1.tIgg35Lz7VYYrn3ykVZr%3D") == "shape"


def test_an_encrypted_token_is_refused() -> None:
    five = ".".join([encoded({"alg": "dir", "enc": "A256GCM"}), "", "AAAA", "AAAA", "AAAA"])
    assert check_failed_by(EVERYTHING, five) == "shape"


@pytest.mark.parametrize("secret", [SECRET[:-1], SECRET + "!", SECRET.upper(), "secret", "", b64(SECRET.encode())])
def test_a_guess_near_the_secret_is_refused(secret: str) -> None:
    forged = signed({"alg": "HS256"}, dict(CLAIMS), "HS256", secret.encode())
    assert check_failed_by(forge.secret_verifier(), forged) == "signature"


@pytest.mark.filterwarnings("ignore")  # PyJWT's warning would refuse the token by itself here, and not in Lambda
def test_a_secret_below_32_bytes_verifies_nothing() -> None:
    # given settings that shared.core.settings would refuse
    verifier = Verifier(AuthSettings(secret="s" * 31), SharedSecret("s" * 31), clock=lambda: forge.NOW)
    weak = signed({"alg": "HS256"}, {"sub": "a", "exp": CLAIMS["exp"]}, "HS256", b"s" * 31)
    assert check_failed_by(verifier, weak) == "signature"
