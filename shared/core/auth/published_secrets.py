"""Secrets that look random and that anybody can look up, or work out from a word."""

import hashlib

# Of tutorials, manuals and generators; in lower case.
_PUBLISHED = frozenset(
    {
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
        (
            "09f26e402586e2faa8da4c98a35f1b20d6b033c6097befa8be3486a829587fe2"
            "f90a832bd3ff9d42710a4da095a2ce285b009f0c3730cd9b8e1af3eb84df6611"
        ),
        "09f26e402586e2faa8da4c98a35f1b20d6b033c60",
        "3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b",
        "404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970",
        "5367566b59703373367639792f423f4528482b4d6251655468576d5a71347437",
        "3ek6fd+o0+c7tzbnvfjpmkndi2yaraakzqlk8o2ikoxqu4nf7edah8s3twphwrdwt6r",
        "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
        "aym1sysppbydfgzld3umj1qzkobwvmkoqq-estjqlr_t-1qs0gzh75aktmn3yj0ips4hcguutwjazzr1z9caow",
        "hjtxiz2usn5kbqfbttnwbpdmhkv8fjg-onbc6mxccyg",  # RFC 7520
        "wjalrxutnfemi/k7mdeng/bpxrficyexamplekey",  # AWS
    }
)
_UUIDS = frozenset(
    {
        "123e4567e89b12d3a456426614174000",
        "550e8400e29b41d4a716446655440000",
        "6ba7b8109dad11d180b400c04fd430c8",
        "f81d4fae7dec11d0a76500a0c91e6bf6",
    }
)
_CONSTANTS = (
    "31415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679",
    "27182818284590452353602874713526624977572470936999595749669676277240766303535475945713821785251664274",
)
_DIGITS_COMPARED = 32
_DIGESTS = {32: "md5", 40: "sha1", 64: "sha256"}
_USUAL = (
    "", "123456", "admin", "changeme", "default", "example", "foobar", "hello", "jwt", "key", "letmein", "password",
    "qwerty", "root", "secret", "test", "token",
)  # fmt: skip


def is_published(secret: str) -> bool:
    lower = secret.strip("\0\"' \r\n\t").lower()
    digits = lower.replace(".", "")[:_DIGITS_COMPARED]
    return (
        lower in _PUBLISHED
        or lower.replace("-", "") in _UUIDS
        or (len(digits) == _DIGITS_COMPARED and any(digits in constant for constant in _CONSTANTS))
        or _is_a_usual_digest(lower)
    )


def _is_a_usual_digest(text: str) -> bool:
    if (algorithm := _DIGESTS.get(len(text))) is None:
        return False
    # With what `echo` adds.
    words = (f"{word}{end}".encode() for word in _USUAL for end in ("", "\n"))
    return any(hashlib.new(algorithm, word, usedforsecurity=False).hexdigest() == text for word in words)
