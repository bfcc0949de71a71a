"""What npm has to install and build before the app can be served."""

import fcntl
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from local import ROOT

CLIENT = ROOT / "clients" / "typescript"
APP = ROOT / "examples" / "web"
_OLDEST_NODE = (20, 19)


class ExampleError(Exception):
    """The app cannot be served; the text is for the developer."""


def prepare() -> None:
    """Install the locked packages and build the client, unless that was done since they changed.

    Raises:
        ExampleError: Node is missing or too old, or npm fails.
    """
    _check_node()
    _install(CLIENT)
    if _is_older(CLIENT / "dist" / "index.js", [*(CLIENT / "src").rglob("*.ts"), CLIENT / "package.json"]):
        _npm(CLIENT, "Building the client", "run", "--silent", "build")
    _install(APP)


def _check_node() -> None:
    node = shutil.which("node")
    if node is None:
        raise ExampleError("the example needs Node.js 20.19 or later: https://nodejs.org")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < _OLDEST_NODE:
        raise ExampleError(f"the example needs Node.js 20.19 or later, and this is {said.strip()}")


def _install(package: Path) -> None:
    lock = package / "package-lock.json"
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # of two runs at once, one waits for the other
        # npm writes this file last.
        if _is_older(package / "node_modules" / ".package-lock.json", [lock]):
            _npm(package, f"Installing the packages of {package.relative_to(ROOT)} (once)", "ci", "--silent")


def _is_older(made: Path, sources: Sequence[Path]) -> bool:
    return not made.exists() or made.stat().st_mtime < max(source.stat().st_mtime for source in sources)


def _npm(package: Path, said: str, *arguments: str) -> None:
    print(said, flush=True)
    done = subprocess.run(
        ["npm", *arguments],
        cwd=package,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ExampleError(f"npm {' '.join(arguments)} failed in {package.relative_to(ROOT)}: {done.stdout.strip()}")
