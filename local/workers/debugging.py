"""A worker that a debugger can stop: debugpy in it, on a port of this machine."""

import os
import time

HOST = "127.0.0.1"
# What a request may take when nobody is waiting but a person who reads.
A_DAY_S = 86_400.0
_LONGEST_WAIT_S = 10
_POLL_S = 0.1


def listen(port: int) -> None:
    """Have debugpy listen. The worker before this one may still be giving the port up.

    Raises:
        RuntimeError: the port is another's.
    """
    # Modules that Python has compiled in cannot be stepped through, which is nothing to warn of.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    import debugpy  # noqa: T100  # what it is for

    deadline = time.monotonic() + _LONGEST_WAIT_S
    while True:
        try:
            debugpy.listen((HOST, port))  # noqa: T100
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_S)
        else:
            break
    _lengthen_deadlines()


def _lengthen_deadlines() -> None:
    """A request's deadline is of a few seconds, whatever the time-out of its function; here a stop may outlast it."""
    from shared.core.deadline import Deadline

    Deadline.of_invocation.__func__.__kwdefaults__["longest"] = A_DAY_S  # type: ignore[attr-defined]
