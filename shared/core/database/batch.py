"""The statements of a batch, a pipeline without BEGIN, which PostgreSQL runs as one implicit transaction.

First the settings of this batch alone (role, caller, time-out, read-only), then the request is counted where there is a
limit, then what was asked. An error in it leaves the connection idle and clean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from shared.core.database.exchange import Query
from shared.core.database.statement import Statement

# `true` makes each setting end with the batch's transaction: nothing is left for the next caller. The search path is
# set because a pooled server connection may have kept another client's, or temporary tables, which else come first. The
# time zone too: in others, old times have an offset with seconds, and those at the edges another year. And the styles:
# others are read wrongly, or not at all.
SETTINGS = """
select set_config('role', %(role)s::text, true),
  set_config('app.user_id', %(user_id)s::text, true),
  set_config('statement_timeout', %(timeout)s::text, true),
  set_config('transaction_read_only', %(read_only)s::text, true),
  set_config('search_path', 'public, pg_temp', true),
  set_config('timezone', 'UTC', true),
  set_config('datestyle', 'ISO, YMD', true),
  set_config('intervalstyle', 'postgres', true)"""
# Of a write, empty where it is not repeated; overtake() reads it. Reads change nothing, however late they come.
_WRITES: LiteralString = f"{SETTINGS},\n  set_config('app.attempts', %(attempts)s::text, true)"
# A transaction may turn read-only at any time: after the request was counted, whose row is there before its settings.
COUNT_REQUEST = """
select remaining, seconds, set_config('transaction_read_only', %(read_only)s::text, true)
  from count_request(%(limit)s::integer, %(asked)s::integer)
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Of one user; it takes at most `longest` seconds. `rate_limit` is per minute; 0 counts nothing.

    `attempts` are the name of this one, and those which it repeats: where they come late, they are refused.
    """

    role: str
    user_id: str
    longest: float
    rate_limit: int
    attempts: tuple[str, ...]

    def queries(self, statement: Statement, parameters: Mapping[str, Any]) -> list[Query]:
        count = [self._count(statement)] if self.rate_limit else []
        return [self._settings(statement), *count, Query(statement.sql, parameters)]

    def _settings(self, statement: Statement) -> Query:
        settings = {
            "role": self.role,
            "user_id": self.user_id,
            "timeout": max(1, int(self.longest * 1000)),
            "read_only": "on" if statement.read_only and not self.rate_limit else "off",
            "attempts": " ".join(self.attempts) if statement.repeatable else "",
        }
        return Query(SETTINGS if statement.read_only else _WRITES, settings)

    def _count(self, statement: Statement) -> Query:
        read_only = "on" if statement.read_only else "off"
        asked = min(statement.requests, self.rate_limit)  # under a limit of fewer, a whole minute's
        return Query(COUNT_REQUEST, {"limit": self.rate_limit, "asked": asked, "read_only": read_only})
