"""Strict readers for what strangers send: JSON, compact JWS, JWK. Verdicts on claims are `shared.core.auth.verifier`'s.

Each reader is narrower than the RFC's grammar on purpose: two parsers that read one token differently are the
beginning of most token forgeries, so whatever could be read in two ways is refused here.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import AllowedPublicKeys, OKPAlgorithm
from jwt.api_jws import PyJWS

Key = AllowedPublicKeys | bytes

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_MAXIMUM_KID_LENGTH = 200
# What each kind of key can verify. `oct` is absent: a secret has no place in a published set. So are Ed448 and
# secp256k1, which PyJWT would load: no algorithm that can be configured uses them.
_ALGORITHMS_OF: Mapping[tuple[object, object], tuple[str, ...]] = {
    ("RSA", None): ("RS256", "PS256"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA", "Ed25519"),
}
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class MalformedError(ValueError):
    """JSON that breaks one of the rules of `json_object`, or a document that is not what it should be."""


class RefusedError(Exception):
    """A token failed a check. `check` is a stable slug for the log; it never holds a part of the token."""

    def __init__(self, check: str) -> None:
        self.check = check
        super().__init__(check)


class UnusableKeyError(Exception):
    """A JWK that verifies nothing here; the text says why, to whoever configured it."""


class VerificationKey(NamedTuple):
    kid: str | None
    algorithms: tuple[str, ...]
    key: Key


def _jws() -> PyJWS:
    signature_layer = PyJWS(
        algorithms=["HS256", "EdDSA", "ES256", "ES384", "ES512", "RS256", "PS256"],
        options={"enforce_minimum_key_length": True},
    )
    # RFC 9864's name for the one kind of EdDSA that is accepted here; PyJWT 2.15 does not know it.
    signature_layer.register_algorithm("Ed25519", OKPAlgorithm())
    return signature_layer


_JWS = _jws()


def json_object(raw: bytes) -> dict[str, Any]:
    """Read a JSON object: UTF-8 without BOM, no member twice at any depth, no NaN or Infinity.

    Raises:
        MalformedError: it is anything else, more digits or deeper nesting than Python takes included.
    """
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedError(str(error)) from None
    if not isinstance(value, dict):
        raise MalformedError("not an object")
    return value


def _without_duplicates(members: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(members)
    if len(unique) != len(members):
        raise MalformedError("a member stands twice")
    return unique


def _no_constant(name: str) -> NoReturn:
    raise MalformedError(f"{name} is not JSON")


def read_compact(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the claims of a compact JWS, neither of them verified."""
    if not _COMPACT.fullmatch(token):
        raise RefusedError("shape")
    try:
        header, payload, _signature = (_canonical(segment) for segment in token.split("."))
    except ValueError:
        raise RefusedError("base64url") from None
    try:
        return json_object(header), json_object(payload)
    except MalformedError:
        raise RefusedError("json") from None


def _canonical(segment: str) -> bytes:
    """Decode base64url whose one spelling this is: spare bits would let many tokens carry one signature."""
    encoded = segment.encode()
    raw = base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != encoded:
        raise MalformedError("spare bits are set")
    return raw


def check_signature(token: str, alg: str, key: Key) -> None:
    # Any exception at all is a refusal: what a library raises for hostile input is its own affair, and its text
    # must reach neither client nor log. Leaving the `with` normally is the only way to be verified.
    with suppress(Exception):
        signature = _JWS.decode_complete(token, key, algorithms=[alg])["signature"]
        if not isinstance(key, RSAPublicKey) or len(signature) == (key.key_size + 7) // 8:
            return  # OpenSSL takes one of PS256 without its leading zero bytes as well; RFC 8017, 8.1.2, does not
    raise RefusedError("signature")


def read_key_set(raw: bytes, algorithms: Collection[str]) -> tuple[list[VerificationKey], list[str]]:
    """The usable keys of a JWK set, and what is wrong with the others: one bad key never spoils the rest.

    Raises:
        MalformedError: it is no JWK set.
    """
    listed = json_object(raw).get("keys")
    if not isinstance(listed, list):
        raise MalformedError("it has no list named keys")
    usable: list[VerificationKey] = []
    faults = [] if listed else ["its list of keys is empty"]
    for position, jwk in enumerate(listed, start=1):
        try:
            usable.append(read_jwk(jwk, algorithms))
        except UnusableKeyError as error:
            faults.append(f"key {position}: {error}")
    times = Counter(each.kid for each in usable)
    # All of them go, not all but one: nothing says which of them the issuer means.
    doubled = {kid for kid, count in times.items() if kid is not None and count > 1}
    faults += [f"{times[kid]} keys have the same kid" for kid in doubled]
    return [each for each in usable if each.kid not in doubled], faults


def read_jwk(jwk: object, algorithms: Collection[str]) -> VerificationKey:
    """Load one member of a key set.

    Raises:
        UnusableKeyError: it is not meant for, or not strong enough for, verifying with one of `algorithms`.
    """
    if not isinstance(jwk, dict):
        raise UnusableKeyError("it is not a JSON object")
    kid = jwk.get("kid")
    if kid is not None and not is_kid(kid):
        raise UnusableKeyError(f"its kid is not a string of at most {_MAXIMUM_KID_LENGTH} characters")
    _check_purpose(jwk)
    usable = tuple(name for name in _algorithms_of(jwk) if name in algorithms)
    if not usable:
        raise UnusableKeyError("its kty, crv or alg fits none of the accepted algorithms")
    return VerificationKey(kid, usable, _load(jwk, usable[0]))


def is_kid(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MAXIMUM_KID_LENGTH


def _check_purpose(jwk: Mapping[str, Any]) -> None:
    if _PRIVATE_MEMBERS & jwk.keys():
        raise UnusableKeyError("it holds private members: publish the public half only, and replace this key")
    if jwk.get("use", "sig") != "sig":
        raise UnusableKeyError("its use is not sig")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise UnusableKeyError("its key_ops are without verify")


def _algorithms_of(jwk: Mapping[str, Any]) -> tuple[str, ...]:
    kty, crv, alg = jwk.get("kty"), jwk.get("crv"), jwk.get("alg")
    if not isinstance(kty, str) or not isinstance(crv, str | None):
        return ()
    fitting = _ALGORITHMS_OF.get((kty, crv), ())
    return fitting if "alg" not in jwk else tuple(name for name in fitting if name == alg)


def _load(jwk: dict[str, Any], algorithm: str) -> Key:
    handler = _JWS.get_algorithm_by_name(algorithm)
    with suppress(Exception):  # as in check_signature: a JWK's numbers are hostile input too
        key: Key = handler.prepare_key(handler.from_jwk(jwk))
        if handler.check_key_length(key) is None:
            return key
    raise UnusableKeyError("its numbers are malformed, or it is too short (RSA needs 2048 bits)")
