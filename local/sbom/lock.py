"""What requirements.txt pins for the functions' runtime: versions, and the digests that an installation accepts."""

from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.build.bytecode import RUNTIME

# Where the functions run, whatever this machine is; what is not named here does not tell one library from another.
LAMBDA = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_version": RUNTIME,
    "sys_platform": "linux",
}


@dataclass(frozen=True, slots=True)
class Locked:
    name: str
    version: str
    sha256: tuple[str, ...]
    """One for each file of this version that there is: for every machine, and the source."""


def read_lock(path: Path) -> dict[str, Locked]:
    """The libraries that are installed in Lambda, by their names in normal form."""
    found: dict[str, Locked] = {}
    for line in path.read_text().replace("\\\n", " ").splitlines():
        pin, *digests = line.split("--hash=sha256:")
        if not digests:
            continue
        requirement = Requirement(pin)
        if applies(requirement):
            name = canonicalize_name(requirement.name)
            version = str(requirement.specifier).removeprefix("==")
            found[name] = Locked(name, version, tuple(digest.strip() for digest in digests))
    return found


def applies(requirement: Requirement, extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate({**LAMBDA, "extra": extra})
