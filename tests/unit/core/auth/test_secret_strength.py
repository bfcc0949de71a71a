import base64
import random
import string
from collections.abc import Callable

import pytest

from shared.core.auth.secret_strength import estimated_bits, is_guessable
from shared.core.auth.settings import MINIMUM_SECRET_BYTES

SHORTEST = MINIMUM_SECRET_BYTES
RANDOM = random.Random(20261121)  # the same secrets in every run; another number tries others
EACH = 400


def drawn_from(characters: str, length: int) -> Callable[[], str]:
    return lambda: "".join(RANDOM.choices(characters, k=length))


# What generators print, each as short as it may be, and as is usual.
GENERATORS: dict[str, Callable[[], str]] = {
    "hex": lambda: RANDOM.randbytes(SHORTEST // 2).hex(),
    "capital hex": lambda: RANDOM.randbytes(SHORTEST // 2).hex().upper(),
    "hex of 32 bytes": lambda: RANDOM.randbytes(32).hex(),
    "base64": lambda: base64.b64encode(RANDOM.randbytes(SHORTEST * 3 // 4)).decode(),
    "base64 of 32 bytes": lambda: base64.b64encode(RANDOM.randbytes(32)).decode(),
    "base64 of 48 bytes": lambda: base64.b64encode(RANDOM.randbytes(48)).decode(),
    "base64url": lambda: base64.urlsafe_b64encode(RANDOM.randbytes(SHORTEST * 3 // 4)).decode(),
    "base64url of 32 bytes": lambda: base64.urlsafe_b64encode(RANDOM.randbytes(32)).rstrip(b"=").decode(),
    "base32": lambda: base64.b32encode(RANDOM.randbytes(20)).decode(),
    "letters and digits": drawn_from(string.ascii_letters + string.digits, SHORTEST),
    "small letters": drawn_from(string.ascii_lowercase, SHORTEST),
    "digits": drawn_from(string.digits, 40),
    "all of ASCII": drawn_from(string.ascii_letters + string.digits + string.punctuation, SHORTEST),
    "bytes": lambda: RANDOM.randbytes(SHORTEST).decode("utf-8", "surrogateescape"),
}


@pytest.mark.parametrize("generator", GENERATORS)
def test_what_is_random_is_taken(generator: str) -> None:
    secrets = [GENERATORS[generator]() for _ in range(EACH)]

    assert [secret for secret in secrets if is_guessable(secret)] == []


@pytest.mark.parametrize(
    "secret",
    [
        "12345678901234567890123456789012",
        "98765432109876543210987654321098",
        "00000000000000000000000000000001",
        "0123456789abcdef0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "qwertyuiopasdfghjklzxcvbnm1234567890",
        "1q2w3e4r5t6y7u8i9o0p1q2w3e4r5t6y",
        "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6",
        "deadbeefcafebabedeadbeefcafebabe",
        "xY7!xY7!xY7!xY7!xY7!xY7!xY7!xY7!",
        "your-256-bit-secret-your-256-bit-secret",
        "a-string-secret-at-least-256-bits-long",
        "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
        "super-secret-jwt-token-with-at-least-32-characters-long",
        "your-super-secret-jwt-token-with-at-least-32-characters-long",
        "better-auth-secret-12345678901234567890",
        "replace-me-with-what-openssl-rand-base64-48-prints",
        "reallyreallyreallyreallyverysafe",
        "thisisaverylongsecretkeythatnobodywillguess",
        "ThisIsAVeryLongSecretKeyForMyJwtApplication2024",
        "SECRET_KEY_FOR_SIGNING_TOKENS_IN_PRODUCTION",
        "correct horse battery staple, correct horse",
        "the quick brown fox jumps over the lazy dog",
    ],
)
def test_what_somebody_thought_of_is_not(secret: str) -> None:
    assert len(secret) >= SHORTEST
    assert is_guessable(secret)


@pytest.mark.parametrize(
    "published",
    [
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",  # FastAPI's tutorial
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",  # Flask's manual
        "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",  # Spring Boot tutorials
        "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R",  # Hasura's manual
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",  # RFC 7515, A.1
    ],
)
@pytest.mark.parametrize("written", ["{}", "{}\n", '"{}"', "{}\0"])
def test_what_looks_random_and_is_published_is_not(published: str, written: str) -> None:
    assert is_guessable(written.format(published))
    assert is_guessable(published.upper())
    assert is_guessable(published.lower())


def test_a_part_that_stood_before_adds_little() -> None:
    once = "rU7vK2xQ"

    assert estimated_bits(once) < estimated_bits(once * 8) < estimated_bits(once) + 10


def test_nothing_is_nothing() -> None:
    assert estimated_bits("") == 0
