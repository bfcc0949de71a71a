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

    `always` are those of `headers` elsewhere that do not come with each answer, but do with this one. `body_of`: the
    status whose body is that of this one too, where the function declares no other. `item_id`: the parameter of other
    functions that takes the id in this answer.
    """

    status: int
    description: str
    headers: tuple[str, ...] = ()
    examples: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Any] = field(default_factory=dict)
    always: tuple[str, ...] = ()
    body_of: int = 0
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """`refusals` are those beside the ones of each operation with a token, or instead of one with the same status.

    `request` are examples of bodies, `media_types` what those may be.
    `parameters` are those of its signature, by name; `headers` those that its dependencies read.
    """

    tag: str
    summary: str
    description: str
    successes: tuple[Success, ...]
    refusals: tuple[Refusal, ...]
    request: Mapping[str, Any] = field(default_factory=dict)
    media_types: tuple[str, ...] = ("application/json",)
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
        own = {refusal.status for refusal in self.refusals}
        of_each = (refusal for refusal in (*refusals.WITH_TOKEN, unavailable) if refusal.status not in own)
        found = (*self.refusals, *path, *of_each)
        return tuple(sorted(found, key=lambda refusal: refusal.status))
