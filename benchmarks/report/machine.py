"""What a result was measured on, in words that name no particular machine."""

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from local.postgres.cluster import program


@dataclass(frozen=True, slots=True)
class Machine:
    cpu: str
    cores: int
    kernel: str
    python: str
    postgresql: str
    node: str = ""
    """Empty where there is none."""

    @classmethod
    def this(cls) -> Self:
        return cls(
            cpu=_cpu(),
            cores=os.cpu_count() or 1,
            # The rest of a kernel's name is its builder's.
            kernel=f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
            python=platform.python_version(),
            postgresql=_version(program("postgres")),
            node=_version("node") if shutil.which("node") else "",
        )

    def __str__(self) -> str:
        node = f", Node {self.node}" if self.node else ""
        return (
            f"{self.cpu}, {self.cores} cores, {self.kernel}, Python {self.python}, PostgreSQL {self.postgresql}{node}"
        )


def _cpu() -> str:
    """The name that Linux has for it, where it has one."""
    information = Path("/proc/cpuinfo")
    text = information.read_text() if information.exists() else ""
    named = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return f"{named[1]} ({platform.machine()})" if named else platform.machine()


def _version(command: str) -> str:
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+(\.\d+)+", said)
    return found[0] if found else said.strip()
