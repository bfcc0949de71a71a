"""How hard a shared secret is to guess: an estimate that knows what people write when they are asked for one.

A secret that verifies tokens is never typed, so nothing is lost by refusing whatever looks as if somebody had thought
of it: published examples, repetition, sequences, rows of a keyboard, words. What a random generator made passes.
"""

import math
import re
from collections.abc import Collection

# Below it a secret is refused. The least that is long enough and random, 32 characters of hex, is worth 128 on average
# and was never under 96 in a hundred thousand, nor was any other generator's under 92; what people write is under 83.
FLOOR_BITS = 85
# What a reader needs of a part that is found elsewhere: in a row, or earlier in the same secret.
_BITS_OF_A_REFERENCE = 6.0
_SHORTEST_REFERENCE = 3
# What a letter of English adds when the ones before it are known; Shannon measured 0.6 to 1.3 (1951).
_BITS_OF_A_LETTER_IN_WORDS = 1.0

# Secrets that tutorials, manuals and generators publish and that look random; in lower case.
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
    }
)
_ROWS = (
    "0123456789abcdefghijklmnopqrstuvwxyz",
    "1234567890-=",
    "qwertyuiop[]",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "!@#$%^&*()_+",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_EVERY_ROW = " ".join(row for forward in _ROWS for row in (forward, forward[::-1]))
# Between separators: a word alone, or words written together, which a usual one gives away. Random letters have fewer
# vowels and more consonants in a row.
_PART = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[0-9]{0,4}(?:[A-Z]?[a-z]+|[A-Z]+)[0-9]{0,4}|[0-9]{1,4}")
_USUAL = re.compile(
    "application|authentication|change|default|development|example|insecure|password|placeholder|private|production|"
    "random|replace|secret|secure|signing|string|super|testing|token"
)
_CONSONANTS = re.compile(r"[^aeiouy0-9]{6}")
_VOWELS = re.compile(r"[aeiouy]")
_ACRONYM = 4  # so many letters need no vowel: jwt, html
_LONGEST_WORD = 16
_LEAST_SHARE_OF_VOWELS = 0.25
_MOST_SEPARATORS = 3  # kinds of them; where there are more they are no separators
_CLASSES = ((re.compile(r"[a-z]"), 26), (re.compile(r"[A-Z]"), 26), (re.compile(r"[0-9]"), 10))
_PLAIN = re.compile(r"[A-Za-z0-9]")
_HEX = re.compile(r"[0-9a-f-]+|[0-9A-F-]+")
_HEX_DIGITS = 16


def is_guessable(secret: str) -> bool:
    return secret.strip("\0\"' \r\n\t").lower() in _PUBLISHED or estimated_bits(secret) < FLOOR_BITS


def estimated_bits(secret: str) -> float:
    """About how many bits tell this secret to somebody who knows what is usual; counted no further than the floor."""
    # Two sequences that take turns (a1b2c3...) are no sequence by themselves.
    in_turns = sum(_bits(half, frozenset()) for half in (secret[::2], secret[1::2]))
    return min(_bits(secret, _positions_in_words(secret)), in_turns)


def _bits(text: str, in_words: Collection[int]) -> float:
    lower, of_a_character = text.lower(), math.log2(_alphabet(text))
    bits, position = 0.0, 0
    while position < len(text) and bits < FLOOR_BITS:
        known = _known(lower, position)
        if known >= _SHORTEST_REFERENCE:
            bits += _BITS_OF_A_REFERENCE
            position += known
        else:
            bits += _BITS_OF_A_LETTER_IN_WORDS if position in in_words else of_a_character
            position += 1
    return bits


def _known(text: str, position: int) -> int:
    """How many characters from here on stand in a row of keys, or stood before: with overlap, so that aaaa did."""
    length = 0
    while position + length < len(text):
        piece = text[position : position + length + 1]
        if piece not in _EVERY_ROW and text.find(piece, 0, position + length) < 0:
            break
        length += 1
    return length


def _positions_in_words(text: str) -> Collection[int]:
    """Of the characters that are words, or separate them."""
    if len(_others(text)) > _MOST_SEPARATORS or _alphabet(text) == _HEX_DIGITS:
        return ()
    parts = [part.span() for part in _PART.finditer(text) if _is_made_of_words(part[0])]
    return {position for start, end in parts for position in range(start - 1, end + 1)}


def _is_made_of_words(part: str) -> bool:
    lower = part.lower()
    usual, letters = len(_USUAL.findall(lower)), sum(map(str.isalpha, part))
    if usual > 1 or not _WORD.fullmatch(part):
        return usual > 1
    if letters <= _ACRONYM or letters > _LONGEST_WORD:
        return letters <= _ACRONYM or usual > 0
    return len(_VOWELS.findall(lower)) >= _LEAST_SHARE_OF_VOWELS * letters and not _CONSONANTS.search(lower)


def _alphabet(text: str) -> int:
    """How many characters there were to choose from, by those that were chosen."""
    others = _others(text)
    if _HEX.fullmatch(text) and others <= {"-"}:  # with it: a UUID
        return _HEX_DIGITS
    return max(2, sum(size for kind, size in _CLASSES if kind.search(text)) + len(others))


def _others(text: str) -> set[str]:
    return set(_PLAIN.sub("", text))
