from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors

from shared.core.database.retry import MAX_ATTEMPTS, Attempts, Phase, Verdict, judge
from shared.core.deadline import Deadline
from shared.core.errors import ServiceUnavailable
from tests.neon.waking import Waking

LOST_EOF = psycopg.OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize(
    ("error", "phase", "repeatable", "verdict"),
    [
        (psycopg.OperationalError("connection refused"), Phase.UNSENT, False, Verdict.RETRY),
        (psycopg.OperationalError("the database system is starting up"), Phase.UNSENT, False, Verdict.RETRY),
        *(
            (psycopg.OperationalError(f"FATAL:  {waking.value[1]}"), Phase.UNSENT, False, Verdict.RETRY)
            for waking in Waking
        ),
        (psycopg.OperationalError('password authentication failed for user "x"'), Phase.UNSENT, True, Verdict.GIVE_UP),
        (psycopg.OperationalError('database "x" does not exist'), Phase.UNSENT, True, Verdict.GIVE_UP),
        (psycopg.OperationalError("The endpoint is disabled"), Phase.UNSENT, True, Verdict.GIVE_UP),
        (psycopg.OperationalError("exceeded the compute time quota"), Phase.UNSENT, True, Verdict.GIVE_UP),
        (psycopg.OperationalError("SSL error: certificate verify failed"), Phase.UNSENT, True, Verdict.GIVE_UP),
        (errors.SerializationFailure(), Phase.ANSWERED, False, Verdict.RETRY),
        (errors.DeadlockDetected(), Phase.ANSWERED, False, Verdict.RETRY),
        (errors.ForeignKeyViolation(), Phase.ANSWERED, False, Verdict.RETRY),
        (ServiceUnavailable(reason="secret"), Phase.UNSENT, True, Verdict.RAISE),
        (errors.QueryCanceled(), Phase.ANSWERED, True, Verdict.GIVE_UP),
        (errors.DiskFull(), Phase.ANSWERED, True, Verdict.GIVE_UP),
        (errors.TooManyConnections(), Phase.ANSWERED, True, Verdict.GIVE_UP),
        (errors.ReadOnlySqlTransaction(), Phase.ANSWERED, True, Verdict.GIVE_UP),
        (errors.UndefinedTable(), Phase.ANSWERED, True, Verdict.RAISE),
        (errors.InsufficientPrivilege(), Phase.ANSWERED, True, Verdict.RAISE),
        (psycopg.DataError("no code"), Phase.ANSWERED, True, Verdict.RAISE),
        (LOST_EOF, Phase.LOST, True, Verdict.RETRY),
        (LOST_EOF, Phase.LOST, False, Verdict.GIVE_UP),
        (errors.AdminShutdown(), Phase.LOST, True, Verdict.RETRY),
        (errors.AdminShutdown(), Phase.LOST, False, Verdict.GIVE_UP),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else getattr(value, "name", str(value)),
)
def test_the_phase_decides(error: Exception, phase: Phase, repeatable: bool, verdict: Verdict) -> None:
    assert judge(error, phase, repeatable=repeatable) is verdict


def attempts(
    seconds: float, jitter: Callable[[float, float], float] = lambda _, most: most
) -> tuple[Attempts, list[float]]:
    """With a clock that only pauses move on, and no luck in the jitter."""
    now, pauses = [0.0], []

    def sleep(pause: float) -> None:
        pauses.append(pause)
        now[0] += pause

    return Attempts(Deadline(seconds, lambda: now[0]), sleep=sleep, jitter=jitter), pauses


def test_four_attempts_and_no_more() -> None:
    some, pauses = attempts(100)

    taken = [some.another(None)] + [some.another(Phase.UNSENT) for _ in range(5)]

    assert taken == [True] * MAX_ATTEMPTS + [False] * 2
    assert pauses == [0.25, 1.0, 4.0]


def test_who_cannot_connect_outlasts_a_wake_whatever_the_jitter() -> None:
    some, pauses = attempts(100, jitter=lambda least, _: least)

    assert [some.another(None)] + [some.another(Phase.UNSENT) for _ in range(3)] == [True] * MAX_ATTEMPTS
    assert pauses == [0.125, 0.5, 2.0]


def test_a_conflict_may_be_tried_again_at_once() -> None:
    some, pauses = attempts(100, jitter=lambda least, _: least)

    assert [some.another(None), some.another(Phase.ANSWERED)] == [True, True]
    assert pauses == []


def test_a_conflict_pauses_less() -> None:
    some, pauses = attempts(100)
    some.another(None)
    for _ in range(3):
        some.another(Phase.ANSWERED)

    assert pauses == pytest.approx([0.05, 0.2, 0.8])


def test_no_attempt_begins_with_less_than_a_second_left() -> None:
    assert not attempts(0.9)[0].another(None)
    some, pauses = attempts(1.2)
    assert some.another(None)
    assert not some.another(Phase.UNSENT)
    assert pauses == []
