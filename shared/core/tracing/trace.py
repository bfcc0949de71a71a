"""What happens in an invocation, and when."""

import time
from collections.abc import Mapping
from threading import get_ident
from typing import Any

from shared.core.tracing import NOTHING, Span, Value

# The purge has a batch for each piece of a day; a datagram has room for some 200 spans.
MOST_SPANS = 100
# What is said of a failure may quote a library or a row: it stays in the log.
_LOG_ONLY = frozenset({"reason"})


class RecordedSpan:
    """Times are seconds since the epoch; `error` is what ended it."""

    # No dataclass: to make one takes longer than all else that is imported for a trace.
    def __init__(self, trace: "Trace", name: str, annotations: Mapping[str, Any]) -> None:
        self._trace = trace
        self.name, self.annotations = name, dict(annotations)
        self.start = self.end = 0.0
        self.error: BaseException | None = None
        self.within: list[RecordedSpan] = []

    def __enter__(self) -> None:
        self.start = self._trace.now()
        self._trace.open.append(self)

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object, /) -> None:
        self.end = self._trace.now()
        self.error = error
        self._trace.open.pop()


class Trace:
    """The spans of one invocation. What other threads do meanwhile, such as a dial, is none of them."""

    def __init__(self, name: str) -> None:
        # By one clock that only goes forward, so that no span ends before it began or outside of its parent.
        self._epoch = time.time() - time.perf_counter()
        self._thread = get_ident()
        self._spans = 0
        self.open: list[RecordedSpan] = []
        self.root = RecordedSpan(self, name, {})

    def now(self) -> float:
        return self._epoch + time.perf_counter()

    def span(self, name: str, annotations: Mapping[str, Value]) -> Span:
        if get_ident() != self._thread or not self.open:
            return NOTHING
        self._spans += 1
        if self._spans > MOST_SPANS:
            self.root.annotations["spans_left_out"] = self._spans - MOST_SPANS
            return NOTHING
        made = RecordedSpan(self, name, annotations)
        self.open[-1].within.append(made)
        return made

    def annotate(self, annotations: Mapping[str, Any]) -> None:
        given = {name: value for name, value in annotations.items() if value is not None and name not in _LOG_ONLY}
        self.root.annotations |= given
