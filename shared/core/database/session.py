"""One request, one batch, one database round trip."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeGuard

import psycopg

from shared.core.database.batch import Batch
from shared.core.database.connection import BoundedConnection, ConnectionSource
from shared.core.database.exchange import Rows, exchange
from shared.core.database.quotas import Quotas
from shared.core.database.rate_limit import EXCEEDED_STATE, WINDOW_S, Allowance, Refused
from shared.core.database.retry import Attempts, Phase, Verdict, judge
from shared.core.database.statement import Statement
from shared.core.deadline import Deadline
from shared.core.errors import OutcomeUnknown, RateLimited, ServiceUnavailable
from shared.core.settings import ConfigurationError
from shared.core.tracing import span

# The server gives up first, so that the answer is still an answer and not a lost connection.
_ANSWER_TRAVEL_S = 0.25
# A read that takes longer takes it from others; each is bounded by an index or a quota.
_LONGEST_READ_S = 2.0
_RETRY_AFTER_S = 2
_COUNTED = Statement("select 1", read_only=True, name="count_request")


@dataclass(slots=True)
class Usage:
    """What one request cost the database: round trips of batches sent, milliseconds, and whether it had to connect."""

    round_trips: int = 0
    ms: float = 0.0
    reconnected: bool = False


@dataclass(slots=True)
class Session:
    """The batches of one request, run as one user, until one deadline. `rate_limit` is per minute; 0 counts nothing.

    `refused` outlives the request: who is in it has nothing left.
    """

    source: ConnectionSource
    user_id: str
    deadline: Deadline
    role: str = "tasks_api"
    rate_limit: int = 0
    refused: Refused = field(default_factory=Refused)
    quotas: Quotas = field(default_factory=Quotas)
    allowance: Allowance | None = None
    usage: Usage = field(default_factory=Usage)

    def run(self, statement: Statement, parameters: Mapping[str, Any]) -> Rows:
        """Run one statement and give its rows. Its parameters have `user_id` and the quotas beside those given.

        Raises:
            RateLimited: the caller has no request left in this minute.
            ServiceUnavailable: it certainly was not done.
            OutcomeUnknown: it may have been done.
        """
        if seconds := self.refused.seconds_left(self.user_id):
            raise self._refusal(seconds)
        if seconds := self.source.out_of_reach_for():
            raise ServiceUnavailable(reason="lately no connection could be had", retry_after=seconds)
        started = time.perf_counter()
        try:
            return self._attempt(statement, {**parameters, **self.quotas._asdict(), "user_id": self.user_id})
        finally:
            self.usage.ms += (time.perf_counter() - started) * 1000

    def _attempt(self, statement: Statement, parameters: Mapping[str, Any]) -> Rows:
        attempts, losses, lost = Attempts(self.deadline), 0, ""
        named = statement.repeatable and not statement.read_only
        failure: Exception | None = None
        phase: Phase | None = None
        verdict = Verdict.GIVE_UP
        while attempts.another(phase):
            phase = Phase.UNSENT
            attempt = os.urandom(16).hex() if named else ""
            try:
                connection = self._connection()
                phase = Phase.LOST
                return self._batch(connection, statement, parameters, attempt, lost)
            except (psycopg.Error, ServiceUnavailable, ConfigurationError) as error:
                failure = error
            if phase is Phase.LOST and self.source.connected:
                phase = Phase.ANSWERED
            elif phase is Phase.LOST:
                losses, lost = losses + 1, attempt
            once_more = statement.repeatable and losses <= 1 and self.deadline.remaining() > 0
            verdict = judge(failure, phase, repeatable=once_more)
            if verdict is not Verdict.RETRY or (phase is Phase.UNSENT and self.source.breaker.probing):
                break
        self._note(failure, phase)
        reason = _describe(failure, phase, attempts)
        if losses and not statement.read_only:
            # Whatever ended the last attempt, the one before that was lost may have done it, or may yet.
            raise OutcomeUnknown(reason=reason) from failure
        raise self._not_done(failure, verdict, reason) from failure

    def _not_done(self, failure: Exception | None, verdict: Verdict, reason: str) -> Exception:
        if _is_over_the_limit(failure):
            seconds = int(failure.diag.message_detail or WINDOW_S)
            # Who asked for more than is left may still ask for less.
            if _has_nothing_left(failure):
                self.refused.remember(self.user_id, seconds)
            return self._refusal(seconds, int(failure.diag.message_hint or 0))
        if failure and verdict is Verdict.RAISE:
            return failure
        return ServiceUnavailable(reason=reason, retry_after=self.source.out_of_reach_for() or _RETRY_AFTER_S)

    def left(self, remaining: int) -> None:
        """A request that counts as several leaves fewer."""
        if self.allowance:
            self.allowance = replace(self.allowance, remaining=remaining)

    def _refusal(self, seconds: int, remaining: int = 0) -> RateLimited:
        self.allowance = Allowance(self.rate_limit, remaining, seconds)
        return RateLimited(retry_after=seconds)

    def _note(self, failure: Exception | None, phase: Phase | None) -> None:
        """What the next requests have to know of one that failed."""
        if phase is Phase.UNSENT and isinstance(failure, psycopg.Error):
            self.source.could_not_connect()
        elif phase is Phase.ANSWERED and self.rate_limit and not _has_nothing_left(failure):
            self._count_alone()

    def _count_alone(self) -> None:
        """Count a request whose batch, and with it its count, was rolled back: what it cost was had."""
        try:
            self._batch(self._connection(), _COUNTED, {})
        except (psycopg.Error, ServiceUnavailable, ConfigurationError):
            return  # what ended the request is what is said of it

    def _connection(self) -> BoundedConnection:
        connection = self.source.get(self.deadline)
        self.usage.reconnected |= self.source.is_fresh
        return connection

    def _batch(
        self,
        connection: BoundedConnection,
        statement: Statement,
        parameters: Mapping[str, Any],
        attempt: str = "",
        repeats: str = "",
    ) -> Rows:
        self.usage.round_trips += 1
        batch = Batch(self.role, self.user_id, self._longest(statement), self.rate_limit, attempt, repeats)
        try:
            with span("batch", statement=statement.name, round_trip=self.usage.round_trips):
                _, *counts, rows = exchange(connection, batch.queries(statement, parameters))
        except BaseException:
            self.source.drop_unless_idle()
            raise
        for (counted,) in counts:
            self.allowance = Allowance(self.rate_limit, counted["remaining"], counted["seconds"])
        return rows

    def _longest(self, statement: Statement) -> float:
        if statement is _COUNTED:
            return self.deadline.remaining()  # nothing has to travel after it
        left = self.deadline.remaining() - _ANSWER_TRAVEL_S
        return min(left, _LONGEST_READ_S) if statement.read_only else left


def _is_over_the_limit(failure: Exception | None) -> TypeGuard[psycopg.Error]:
    return isinstance(failure, psycopg.Error) and failure.sqlstate == EXCEEDED_STATE


def _has_nothing_left(failure: Exception | None) -> bool:
    return _is_over_the_limit(failure) and int(failure.diag.message_hint or 0) == 0


def _describe(failure: Exception | None, phase: Phase | None, attempts: Attempts) -> str:
    """For the log. libpq's texts name hosts and users, never a password."""
    if failure is None or phase is None:
        return "no time left for an attempt"
    text = str(failure).splitlines()[0] if str(failure) else ""
    code = getattr(failure, "sqlstate", None) or ""
    return f"{phase.name} after {attempts.count}: {type(failure).__name__} {code} {text}"
