"""npm, where something here is made with it: it installs what a lock file names, once."""

import fcntl
import subprocess
from collections.abc import Sequence
from pathlib import Path

from local import ROOT


class NpmError(Exception):
    """npm has failed; the text says at what, and what it said."""


def install(package: Path) -> None:
    """Install what the lock file of this directory names, unless that was done since it changed.

    Raises:
        NpmError: npm failed.
    """
    lock = package / "package-lock.json"
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # of two runs at once, one waits for the other
        # npm writes this file last.
        if is_older(package / "node_modules" / ".package-lock.json", [lock]):
            npm(package, f"Installing the packages of {package.relative_to(ROOT)} (once)", "ci", "--ignore-scripts")


def is_older(made: Path, sources: Sequence[Path]) -> bool:
    return not made.exists() or made.stat().st_mtime < max(source.stat().st_mtime for source in sources)


def npm(package: Path, said: str, *arguments: str) -> None:
    """Run npm in this directory, after saying so.

    Raises:
        NpmError: it failed.
    """
    print(said, flush=True)
    done = subprocess.run(
        ["npm", *arguments, "--silent"],
        cwd=package,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NpmError(f"npm {' '.join(arguments)} failed in {package.relative_to(ROOT)}: {done.stdout.strip()}")
