"""An issuer and a forger: keys of every kind, and tokens built by hand, member by member and bit by bit."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt.algorithms import Algorithm, OKPAlgorithm, get_default_algorithms

from shared.core.auth.jose import VerificationKey, read_jwk
from shared.core.auth.jwks import FixedKeySet, SharedSecret
from shared.core.auth.settings import AuthSettings
from shared.core.auth.verifier import Caller, Verifier

NOW = 1_800_000_000
ISSUER = "https://app.example.com"
AUDIENCE = "https://api.example.com"
SECRET = "Zk3vQ8xWfT1nLr6BqYd0HsUa5JmCe9GpXoKi2VtR7wE"
USER = "aB3dE5gH7jK9mN1pQ3sT5vX7zA9cD1fG"
ASYMMETRIC = ("EdDSA", "Ed25519", "ES256", "ES384", "ES512", "RS256", "PS256")

CLAIMS: Mapping[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": USER,
    "iat": NOW,
    "exp": NOW + 900,
    "email": "someone@example.com",
    "name": "Some One",
}
CALLER = Caller(id=USER, email="someone@example.com", name="Some One", expires_at=NOW + 900)

_CURVES: Mapping[str, type[ec.EllipticCurve]] = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}


def algorithm(name: str) -> Algorithm:
    return get_default_algorithms()["EdDSA" if name == "Ed25519" else name]


def private_key(name: str, number: int = 0) -> Any:
    """The issuer's key for an algorithm; another `number` is another key of the same kind."""
    return _private_key("EdDSA" if name == "Ed25519" else name, number)


@cache
def _private_key(name: str, _number: int) -> Any:
    if name in _CURVES:
        return ec.generate_private_key(_CURVES[name]())
    if name in ("RS256", "PS256"):
        return rsa.generate_private_key(65537, 2048)
    return ed25519.Ed25519PrivateKey.generate()


@cache
def short_rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)  # noqa: S505


@cache
def ed448_key() -> ed448.Ed448PrivateKey:
    return ed448.Ed448PrivateKey.generate()


def jwk(name: str = "EdDSA", number: int = 0, **members: object) -> dict[str, Any]:
    """The public key as its issuer publishes it; a member given as None is left out."""
    bare: dict[str, Any] = algorithm(name).to_jwk(private_key(name, number).public_key(), True)
    bare.pop("key_ops", None)
    published = {**bare, "kid": "k1", "alg": name, **members}
    return {member: value for member, value in published.items() if value is not None}


def key_set(*jwks: object) -> str:
    return json.dumps({"keys": list(jwks)})


def verification_key(name: str = "EdDSA", number: int = 0, **members: object) -> VerificationKey:
    return read_jwk(jwk(name, number, **members), ASYMMETRIC)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(part: object) -> str:
    """A segment: text and bytes as they are, anything else as JSON."""
    if isinstance(part, str):
        part = part.encode("utf-8", "surrogatepass")
    return b64(part if isinstance(part, bytes) else json.dumps(part).encode())


def signed(header: object, claims: object, alg: str = "HS256", key: Any = None) -> str:
    """A token whose signature is right for these segments, whatever they hold; `alg` need not be the header's."""
    signing_input = f"{encoded(header)}.{encoded(claims)}"
    if key is None:
        key = SECRET.encode() if alg == "HS256" else private_key(alg)
    signer = OKPAlgorithm() if alg == "Ed25519" else algorithm(alg)
    return f"{signing_input}.{b64(signer.sign(signing_input.encode(), key))}"


def token(alg: str = "HS256", header: Mapping[str, Any] | None = None, /, **claims: object) -> str:
    """A good token but for what is given; a claim given as None is left out."""
    named = {"alg": alg} if alg == "HS256" else {"alg": alg, "kid": "k1"}
    chosen = {claim: value for claim, value in {**CLAIMS, **claims}.items() if value is not None}
    return signed({**named, **(header or {})}, chosen, alg)


def bearer(value: str) -> list[str]:
    return [f"Bearer {value}"]


def secret_verifier(
    issuer: str | None = ISSUER,
    audiences: tuple[str, ...] = (AUDIENCE,),
    max_lifetime: int | None = None,
    **options: Any,
) -> Verifier:
    settings = AuthSettings(secret=SECRET, issuer=issuer, audiences=audiences, max_lifetime=max_lifetime)
    return Verifier(settings, SharedSecret(SECRET), clock=lambda: NOW, **options)


def key_verifier(*keys: VerificationKey, algorithms: tuple[str, ...] = ASYMMETRIC) -> Verifier:
    settings = AuthSettings(jwks="{}", issuer=ISSUER, audiences=(AUDIENCE,), algorithms=algorithms)
    return Verifier(settings, FixedKeySet(keys), clock=lambda: NOW)
