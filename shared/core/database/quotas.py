"""How much a caller may keep."""

import re
from collections.abc import Mapping
from typing import NamedTuple

_WHOLE_NUMBER = re.compile(r"[1-9][0-9]{0,7}")


class Quotas(NamedTuple):
    """`row_quota` live rows in each table, and as many tombstones; `key_quota` idempotency keys for each day of UTC.

    Exact, for the functions that write hold the caller's row when they count. Bytes follow: a row's are bounded.
    """

    row_quota: int = 10_000
    key_quota: int = 10_000


def read_quotas(env: Mapping[str, str], faults: list[str]) -> Quotas:
    """Add to `faults` a line for each fault."""
    defaults = Quotas()
    return Quotas(
        _read("QUOTA_ROWS", defaults.row_quota, env, faults), _read("QUOTA_KEYS", defaults.key_quota, env, faults)
    )


def _read(name: str, default: int, env: Mapping[str, str], faults: list[str]) -> int:
    value = env.get(name) or str(default)
    if _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    faults.append(f"{name} must be a whole number from 1 to 99999999")
    return default
