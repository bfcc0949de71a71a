"""Why a request may be refused: each code is held against what was truly there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.sync.journal import Entry, Truth
from tests.sync.requests import Request


@dataclass(frozen=True)
class Refusal:
    """`last_seq` is that of the client's last batch, `told` the account and the position of the cursor that was sent.

    After days have passed the server may have forgotten clients and tombstones.
    """

    request: Request
    truth: Truth
    row_quota: int
    last_seq: int
    told: tuple[int, int]
    days_passed: bool

    @property
    def row(self) -> Entry | None:
        return self.truth.rows.get(self.request.item_id or self.request.item_id_made or "")

    def is_due(self, status: int, code: str) -> bool:
        why = REASONS.get((status, code))
        return why is not None and why(self)


def _is_not_there(refusal: Refusal) -> bool:
    buried = refusal.request.item_id in refusal.truth.tombstones and refusal.request.path.endswith("/restore")
    return refusal.row is None and (not buried or refusal.days_passed)


def _is_of_another_version(refusal: Refusal) -> bool:
    return refusal.row is not None and refusal.row.version != refusal.request.expected


def _is_unknown(refusal: Refusal) -> bool:
    return bool(refusal.days_passed or refusal.request.body["seq"] != refusal.last_seq + 1)


def _has_expired(refusal: Refusal) -> bool:
    epoch, position = refusal.told
    return refusal.days_passed or epoch != refusal.truth.epoch or position < refusal.truth.trimmed


REASONS: dict[tuple[int, str], Callable[[Refusal], Any]] = {
    (404, "NOT_FOUND"): _is_not_there,
    (409, "NOT_DELETED"): lambda refusal: refusal.row is not None,
    (409, "QUOTA_EXCEEDED"): lambda refusal: len(refusal.truth.rows) >= refusal.row_quota,
    (409, "SUPERSEDED"): lambda refusal: refusal.last_seq > refusal.request.body["seq"],
    (410, "CURSOR_EXPIRED"): _has_expired,
    (410, "DELETED"): lambda refusal: refusal.request.item_id_made in refusal.truth.tombstones,
    (410, "UNKNOWN_CLIENT"): _is_unknown,
    (412, "PRECONDITION_FAILED"): _is_of_another_version,
    (503, "OUTCOME_UNKNOWN"): lambda _: True,
    (503, "SERVICE_UNAVAILABLE"): lambda _: True,
}
