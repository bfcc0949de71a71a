"""Key pairs of this clone: development tokens signed as an issuer signs its own. The private halves stay in .local/."""

import base64
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import get_default_algorithms

from local import ROOT
from local.doctor.token_kind import DEVELOPMENT_KEY_PREFIX
from shared.core.auth.settings import SUPPORTED_ALGORITHMS

HOME = ROOT / ".local" / "keys"

_MAKERS: Mapping[str, Callable[[], Any]] = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ES512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "PS256": lambda: rsa.generate_private_key(65537, 2048),
}


@dataclass(frozen=True, slots=True)
class DevelopmentKey:
    algorithm: str
    private: Any  # one of cryptography's private keys

    @property
    def kid(self) -> str:
        """Made from the key (RFC 7638), so that another key never passes under this one's name."""
        return str(self.jwk["kid"])

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half, as an issuer publishes it."""
        handler = get_default_algorithms()["EdDSA" if self.algorithm == "Ed25519" else self.algorithm]
        public: dict[str, Any] = handler.to_jwk(self.private.public_key(), as_dict=True)
        required = {name: public[name] for name in sorted(public) if name in ("crv", "e", "kty", "n", "x", "y")}
        digest = hashlib.sha256(json.dumps(required, separators=(",", ":")).encode()).digest()
        thumbprint = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return {**required, "kid": f"{DEVELOPMENT_KEY_PREFIX}{thumbprint}", "alg": self.algorithm, "use": "sig"}


def development_key(algorithm: str, home: Path = HOME) -> DevelopmentKey:
    """The key of this clone for an algorithm; made when it is first asked for."""
    path = home / f"{algorithm}.pem"
    if not path.exists():
        _make(path, _MAKERS[algorithm]())
    return DevelopmentKey(algorithm, _read(path.read_bytes()))


def public_key_set(home: Path = HOME) -> dict[str, Any]:
    """One key for each algorithm that can be configured, in the form of AUTH_JWKS."""
    return {"keys": [development_key(algorithm, home).jwk for algorithm in SUPPORTED_ALGORITHMS]}


@cache
def _read(pem: bytes) -> Any:
    """Reading a key of RSA checks it, which takes longer than signing with it."""
    return load_pem_private_key(pem, None)


def _make(path: Path, private: Any) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Temporary files are their owner's only. Of two commands at once the first link wins, and both read its key.
    with NamedTemporaryFile(dir=path.parent) as file, suppress(FileExistsError):
        file.write(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.link(file.name, path)
