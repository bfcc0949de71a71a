"""The statements that remove what has expired, a bounded number of rows at a time."""

from datetime import timedelta

from sqlalchemy import Delete, func, literal_column, select, tuple_
from sqlalchemy.sql.elements import ClauseElement, ColumnElement
from sqlmodel import col, delete

from shared.models import IdempotencyKey, RateLimit
from shared.statements.terms import KEY_LIFETIME, ROWS, compiled

COUNTER_LIFETIME: ColumnElement[timedelta] = literal_column("interval '1 hour'")


def _purge_idempotency_keys() -> ClauseElement:
    expired = select(col(IdempotencyKey.user_id), col(IdempotencyKey.key)).where(
        col(IdempotencyKey.created_at) < func.now() - KEY_LIFETIME
    )
    key = tuple_(col(IdempotencyKey.user_id), col(IdempotencyKey.key))
    return _counted_delete(delete(IdempotencyKey).where(key.in_(expired.limit(ROWS))))


def _purge_rate_limits() -> ClauseElement:
    expired = select(col(RateLimit.user_id), col(RateLimit.window_start)).where(
        col(RateLimit.window_start) < func.now() - COUNTER_LIFETIME
    )
    key = tuple_(col(RateLimit.user_id), col(RateLimit.window_start))
    return _counted_delete(delete(RateLimit).where(key.in_(expired.limit(ROWS))))


def _counted_delete(statement: Delete) -> ClauseElement:
    purged = statement.returning(literal_column("1").label("one")).cte("purged")
    return select(func.count().label("purged")).select_from(purged)


# Repeatable: what is gone stays gone.
PURGE_IDEMPOTENCY_KEYS = compiled(_purge_idempotency_keys(), repeatable=True)
PURGE_RATE_LIMITS = compiled(_purge_rate_limits(), repeatable=True)
