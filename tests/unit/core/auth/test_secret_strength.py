import base64
import hashlib
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
    made = [GENERATORS[generator]() for _ in range(EACH)]

    assert [secret for secret in made if is_guessable(secret)] == []


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
        "MyS3cr3tK3yF0rJWT_T0k3ns_2024!#!",
        "P@ssw0rd!S3cret#K3y$F0r%My^Api&2025",
        "Th1s1sMyV3ryL0ngS3cr3tK3yF0rT3st1ng",
        "sup3r_s3cr3t_jwt_k3y_ch4ng3_m3_pl34s3!!",
        "3.14159265358979323846264338327950288",
        "31415926535897932384626433832795",
        "2.71828182845904523536028747135266249",
    ],
)
def test_what_somebody_thought_of_is_not(secret: str) -> None:
    assert len(secret) >= SHORTEST
    assert is_guessable(secret)


SENTENCES = ("my-super-secret-key-for-signing-tokens", "super-secret-jwt-token-with-at-least-32-characters-long")
WRITTEN: dict[str, Callable[[bytes], str]] = {
    "hex": lambda text: text.hex(),
    "base64": lambda text: base64.b64encode(text).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text).rstrip(b"=").decode(),
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(text)).decode(),
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("end", ["", "\n"])
def test_what_somebody_thought_of_is_not_better_encoded(sentence: str, written: str, end: str) -> None:
    assert is_guessable(WRITTEN[written](f"{sentence}{end}".encode()))


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
@pytest.mark.parametrize("word", ["", "password", "secret", "changeme", "admin", "test", "secret\n"])
def test_a_digest_of_a_usual_word_is_not(word: str, algorithm: str) -> None:
    digest = hashlib.new(algorithm, word.encode(), usedforsecurity=False).hexdigest()

    assert is_guessable(digest)
    assert is_guessable(digest.upper())


@pytest.mark.parametrize(
    "published",
    [
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",  # FastAPI's tutorial
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",  # Flask's manual
        "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",  # Spring Boot tutorials
        "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R",  # Hasura's manual
        "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",  # RFC 7520, 3.5
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",  # AWS's manuals
        "550e8400-e29b-41d4-a716-446655440000",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "123e4567-e89b-12d3-a456-426614174000",
        "123e4567e89b12d3a456426614174000",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
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


def test_a_secret_is_judged_by_its_beginning() -> None:
    assert is_guessable("a" * 1024 + GENERATORS["base64 of 48 bytes"]())
    assert not is_guessable(GENERATORS["base64 of 48 bytes"]() + "a" * 100_000)


def test_nothing_is_nothing() -> None:
    assert estimated_bits("") == 0
