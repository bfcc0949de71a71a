"""What a doctor says: one line in plain words, and whether it is well."""

from dataclasses import dataclass
from enum import Enum


class Health(Enum):
    GOOD = "ok"
    NOTE = "--"
    BAD = "!!"


@dataclass(frozen=True, slots=True)
class Finding:
    health: Health
    text: str

    def __str__(self) -> str:
        return f"{self.health.value}  {self.text}"


def good(text: str) -> Finding:
    return Finding(Health.GOOD, text)


def note(text: str) -> Finding:
    return Finding(Health.NOTE, text)


def bad(text: str) -> Finding:
    return Finding(Health.BAD, text)
