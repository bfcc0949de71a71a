"""A share of a core, as a small Lambda function has it: the quota of a control group of Linux, of version 1 or 2."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

# Of Lambda's scheduler; to be checked, from memory. With a longer one a process pauses for longer, but not as often.
PERIOD_US = 20_000
_MOUNTS = (Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup"))


class NoControlGroupError(Exception):
    """None can be made here; the text says what is needed."""


@contextmanager
def share_of_a_core(share: float) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Gives a context: processes that are started in it have no more than this share of a core, all together.

    Raises:
        NoControlGroupError: this user may not make a group.
    """
    group = _make_group()
    try:
        _limit(group, share)
        yield partial(_inside, group)
    finally:
        group.rmdir()


@contextmanager
def _inside(group: Path) -> Iterator[None]:
    """This process too: what it starts begins where it is."""
    home, policy, priority = _home(group.parent), os.sched_getscheduler(0), os.sched_getparam(0)
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))  # no quota binds what is real-time
    (group / "cgroup.procs").write_text(str(os.getpid()))
    try:
        yield
    finally:
        (home / "cgroup.procs").write_text(str(os.getpid()))
        os.sched_setscheduler(0, policy, priority)


def _make_group() -> Path:
    for mount in _MOUNTS:
        group = mount / f"benchmark-{uuid4()}"
        try:
            group.mkdir()
        except OSError:
            continue
        if (group / "cpu.cfs_quota_us").exists() or (group / "cpu.max").exists():
            return group
        group.rmdir()
    raise NoControlGroupError("a share of a core needs a control group for processors, which root can make on Linux")


def _home(mount: Path) -> Path:
    """The group that this process is in."""
    groups = Path("/proc/self/cgroup").read_text()
    found = re.search(r"^\d+:(?:[\w,]*\bcpu\b[\w,]*)?:(/.*)$", groups, re.MULTILINE)
    return mount / (found[1].lstrip("/") if found else "")


def _limit(group: Path, share: float) -> None:
    quota = int(min(1.0, share) * PERIOD_US)
    if (group / "cpu.max").exists():
        (group / "cpu.max").write_text(f"{quota} {PERIOD_US}")
        return
    (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
    (group / "cpu.cfs_quota_us").write_text(str(quota))
