"""What processes use of the machine, as Linux counts it: processor time and memory, with their children."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")
# After the command's name in /proc/PID/stat, which may hold blanks.
_PARENT, _USER, _SYSTEM, _PAGES = 1, 11, 12, 21


@dataclass(frozen=True, slots=True)
class Use:
    cpu_s: float = 0.0
    """Since the processes began."""
    memory_mb: float = 0.0
    """Resident; what processes share counts for each of them."""

    def __add__(self, other: "Use") -> "Use":
        return Use(self.cpu_s + other.cpu_s, self.memory_mb + other.memory_mb)


def children(pid: int) -> list[int]:
    """Of the process, and theirs."""
    parents = {int(path.name): fields for path in _PROC.glob("[0-9]*") if (fields := _fields(int(path.name)))}
    found = [pid]
    for parent in found:
        found += [child for child, fields in parents.items() if int(fields[_PARENT]) == parent]
    return found[1:]


def uses(processes: Mapping[str, Iterable[int]]) -> dict[str, Use]:
    """By what the processes are."""
    return {name: _use_of(pids) for name, pids in processes.items()}


def _use_of(pids: Iterable[int]) -> Use:
    """Of those that still run, together."""
    total = Use()
    for pid in pids:
        if fields := _fields(pid):
            cpu_s = (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS_PER_S
            total += Use(cpu_s, int(fields[_PAGES]) * _PAGE_BYTES / 1e6)
    return total


def cpu_between(before: Mapping[str, Use], after: Mapping[str, Use]) -> dict[str, float]:
    """Seconds of processor time, likewise."""
    return {name: after[name].cpu_s - use.cpu_s for name, use in before.items()}


def _fields(pid: int) -> list[str]:
    with suppress(OSError):
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return []
