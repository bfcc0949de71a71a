"""The account that PostgreSQL runs under. It refuses to run as root, so for root that is `nobody`."""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

_PROCESS_STATUS = Path("/proc/self/status")
# Either lets a process pass through directories it may not enter; the first cannot write, but Docker grants the second.
_CAPABILITIES = (("dac_read_search", 2), ("dac_override", 1))
_SETPCAP = 8


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int
    prefix: tuple[str, ...]
    """What to put before a command so that it runs under this account."""

    def own(self, directory: Path) -> None:
        os.chown(directory, self.uid, self.gid)


def server_account() -> Account:
    """The current user; for root `nobody`, which needs no account to be made on the developer's machine."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), ())
    nobody = pwd.getpwnam("nobody")
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise OSError("PostgreSQL does not run as root and setpriv is missing: install util-linux, or use another user")
    prefix = [setpriv, f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    # A clone often lies under /root, which others may not enter. One capability for this one process gets it in;
    # the alternative is to open the directories above the clone to every user of the machine.
    capability = _capability_to_traverse()
    if capability is not None:
        prefix += [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
        # Without this bit access(2), by which initdb looks for its programs, leaves the capability out of account.
        prefix.append("--securebits=+no_setuid_fixup")
    return Account(nobody.pw_uid, nobody.pw_gid, (*prefix, "--"))


def _capability_to_traverse() -> str | None:
    for line in _PROCESS_STATUS.read_text().splitlines() if _PROCESS_STATUS.exists() else ():
        if line.startswith("CapEff:"):
            effective = int(line.split()[1], 16)
            held = [name for name, bit in _CAPABILITIES if effective >> bit & 1]
            return held[0] if held and effective >> _SETPCAP & 1 else None
    return None
