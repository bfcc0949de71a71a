"""One operation: what it is for, what it takes beside its signature, and all that it can answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.openapi import refusals
from local.openapi.parameters import Said
from local.openapi.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Success:
    """A status that is no error; `headers` are those beside the ones of every answer, `own` those of no other.

    `item_id`: the parameter of other functions that takes the id in this answer.
    """

    status: int
    description: str
    headers: tuple[str, ...] = ()
    examples: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Any] = field(default_factory=dict)
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """`refusals` are those beside the ones of each operation with a token; `request` are examples of bodies.

    `parameters` are those of its signature, by name; `headers` those that its dependencies read.
    """

    tag: str
    summary: str
    description: str
    successes: tuple[Success, ...]
    refusals: tuple[Refusal, ...]
    request: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Said] = field(default_factory=dict)
    headers: tuple[dict[str, Any], ...] = ()
    writes: bool = False
    public: bool = False

    def every_refusal(self, *, by_user: bool) -> tuple[Refusal, ...]:
        """Also those that come from the ways through which each request goes; in the order of their statuses."""
        if self.public:
            return self.refusals
        unavailable = refusals.UNAVAILABLE_OR_UNKNOWN if self.writes else refusals.UNAVAILABLE
        path = (refusals.FORBIDDEN,) if by_user else ()
        found = (*self.refusals, *path, *refusals.WITH_TOKEN, unavailable)
        return tuple(sorted(found, key=lambda refusal: refusal.status))
