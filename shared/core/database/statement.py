"""What a session runs."""

from dataclasses import dataclass
from typing import LiteralString


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with named parameters, in a trace its `name`.

    `repeatable`: run twice, it leaves the database as run once; `requests`: as how many it is counted.
    """

    sql: LiteralString
    read_only: bool = False
    repeatable: bool = False
    name: str = ""
    requests: int = 1
