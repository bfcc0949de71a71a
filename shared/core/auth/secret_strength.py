"""How hard a shared secret is to guess: an estimate that knows what people write when they are asked for one.

A secret that verifies tokens is never typed, so nothing is lost by refusing whatever looks as if somebody had thought
of it: published examples, repetition, sequences, rows of a keyboard, words. What a random generator made passes.
"""

import base64
import binascii
import math
import re
from collections.abc import Collection, Iterator
from contextlib import suppress

from shared.core.auth.published_secrets import is_published

# Below it a secret is refused. The least that is long enough and random, 32 characters of hex, is worth 128 on average
# and was never under 96 in a hundred thousand, nor was any other generator's under 92; what people write is under 83.
FLOOR_BITS = 85
# What a reader needs of a part that is found elsewhere: in a row, or earlier in the same secret.
_BITS_OF_A_REFERENCE = 6.0
_SHORTEST_REFERENCE = 3
# What a letter of English adds when the ones before it are known; Shannon measured 0.6 to 1.3 (1951).
_BITS_OF_A_LETTER_IN_WORDS = 1.0

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
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")  # of CamelCase
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
_HEX_PAIRS = re.compile(r"(?:[0-9a-fA-F]{2})+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_MOST_JUDGED = 1024  # characters; what they are worth takes time that grows with their square
# Digits and signs that stand for letters, one way and the other.
_LEET = [str.maketrans("013457$@!", f"o{one}east" + f"sa{one}") for one in "il"]
_LEAST_LETTERS_OF_A_PIECE = 3


def is_guessable(secret: str) -> bool:
    """By its beginning, and by the text that it may be another way to write of."""
    text = secret[:_MOST_JUDGED]
    return (
        is_published(secret)
        or estimated_bits(text) < FLOOR_BITS
        or any(is_guessable(decoded) for decoded in _decoded(text.strip()))
    )


def _decoded(text: str) -> Iterator[str]:
    """What it says in hex or base64, where that is text: random bytes are none."""
    readings = []
    if _HEX_PAIRS.fullmatch(text):
        readings.append(bytes.fromhex(text))
    if _BASE64.fullmatch(text):
        body = text.rstrip("=").replace("-", "+").replace("_", "/")
        with suppress(binascii.Error):  # a digit too many
            readings.append(base64.b64decode(body + "=" * (-len(body) % 4)))
    for reading in readings:
        decoded = reading.decode(errors="replace").strip()
        if decoded.isprintable() and "\ufffd" not in decoded and 2 * len(decoded) >= len(text) - 2:
            yield decoded


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
    if _alphabet(text) == _HEX_DIGITS:
        return ()
    readings = (text, *(text.translate(leet) for leet in _LEET))
    if len(_others(text)) > _MOST_SEPARATORS and all(len(_USUAL.findall(each.lower())) <= 1 for each in readings):
        return ()
    parts = [part.span() for each in readings for part in _PART.finditer(each) if _is_made_of_words(part[0])]
    return {position for start, end in parts for position in range(start - 1, end + 1)}


def _is_made_of_words(part: str) -> bool:
    lower = part.lower()
    usual, letters = len(_USUAL.findall(lower)), sum(map(str.isalpha, part))
    if usual > 1 or not _WORD.fullmatch(part):
        pieces = len(_PIECE.findall(part))
        return usual > 1 or (usual == 1 and len(part) >= _LEAST_LETTERS_OF_A_PIECE * pieces)
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
