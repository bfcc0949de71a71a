"""Why an invocation has no result."""

from collections.abc import Mapping


class WorkerError(Exception):
    """The handler raised, or its process ended."""


class InvocationTimeoutError(Exception):
    """The function ran past its time-out and was killed."""


class HandlersError(Exception):
    """Handlers that cannot be imported; `faults` has the cause of each by its name."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{name}: {cause}" for name, cause in faults.items()))
