"""The statements of one request, a pipeline without BEGIN, which PostgreSQL runs as one implicit transaction.

First the settings of this batch alone (role, caller, time-out, read-only), then the request is counted where there is a
limit, then what was asked, be it what a client sends as a batch. An error in it leaves the connection idle and clean.
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
# Of a write; begin_attempt() reads them. A read that comes late is one more request, and changes nothing.
_WRITES: LiteralString = f"""{SETTINGS},
  set_config('app.attempt', %(attempt)s::text, true),
  set_config('app.repeats', %(repeats)s::text, true)"""
# A transaction may turn read-only at any time: after the request was counted, whose row is there before its settings.
COUNT_REQUEST = """
select remaining, seconds, set_config('transaction_read_only', %(read_only)s::text, true)
  from count_request(%(limit)s::integer, %(asked)s::integer)
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Of one user; it takes at most `longest` seconds. `rate_limit` is per minute; 0 counts nothing.

    A write that may be repeated is a named `attempt`, and `repeats` the name of another, which is refused if it comes
    after this one.
    """

    role: str
    user_id: str
    longest: float
    rate_limit: int
    attempt: str = ""
    repeats: str = ""

    def queries(self, statement: Statement, parameters: Mapping[str, Any]) -> list[Query]:
        count = [self._count(statement)] if self.rate_limit else []
        return [self._settings(statement), *count, Query(statement.sql, parameters)]

    def _settings(self, statement: Statement) -> Query:
        settings = {
            "role": self.role,
            "user_id": self.user_id,
            "timeout": max(1, int(self.longest * 1000)),
            "read_only": "on" if statement.read_only and not self.rate_limit else "off",
            "attempt": self.attempt,
            "repeats": self.repeats,
        }
        return Query(SETTINGS if statement.read_only else _WRITES, settings)

    def _count(self, statement: Statement) -> Query:
        read_only = "on" if statement.read_only else "off"
        asked = min(statement.requests, self.rate_limit)  # under a limit of fewer, a whole minute's
        return Query(COUNT_REQUEST, {"limit": self.rate_limit, "asked": asked, "read_only": read_only})
