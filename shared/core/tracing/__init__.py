"""Spans of an invocation, in a deployment that is traced (`TRACING=on`); in any other a span is nothing.

What records spans and sends them is imported only there. A span may hold a name, an id, a number: never a token, a
body, a path, a parameter of a statement, or what a library says of a failure.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias, TypeVar

HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])
Value: TypeAlias = str | float | bool


class Span(Protocol):
    """What takes time, within `with`. An exception that leaves it marks it as failed."""

    def __enter__(self) -> object: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object, /) -> None: ...


class Recorder(Protocol):
    def span(self, name: str, annotations: Mapping[str, Value]) -> Span: ...

    def annotate(self, annotations: Mapping[str, Any]) -> None: ...


class _Nothing:
    """A span that is not recorded."""

    __slots__ = ()

    def __enter__(self) -> None:
        """Nothing begins."""

    def __exit__(self, *_: object) -> None:
        """Nothing ends."""


NOTHING = _Nothing()
# That of the invocation under way, where it is sampled: an environment serves one at a time.
_recorders: list[Recorder] = []


def span(name: str, **annotations: Value) -> Span:
    """A part of the invocation: `with span("token"): ...`. It is within the span that is open, in the same thread."""
    return _recorders[-1].span(name, annotations) if _recorders else NOTHING


def annotate(annotations: Mapping[str, Any]) -> None:
    """Say more of the invocation as a whole; what is None is left out."""
    if _recorders:
        _recorders[-1].annotate(annotations)


def traced(name: str) -> Callable[[HandlerT], HandlerT]:
    """A decorator of handlers: an invocation is a span of this name. Where nothing is traced, the handler as it is."""

    def decorate(handler: HandlerT) -> HandlerT:
        if os.environ.get("TRACING") != "on":
            return handler
        from shared.core.tracing.invocation import recorded  # noqa: PLC0415  # of no use to anybody else

        return recorded(handler, name)

    return decorate


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Meanwhile spans are the recorder's."""
    _recorders.append(recorder)
    try:
        yield
    finally:
        _recorders.pop()
