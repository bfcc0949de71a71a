"""Node for the tests: whether it is here, and packages installed as their lock file says."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

LEAST_NODE = 20


def why_not_here() -> str | None:
    """What is missing on this machine."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "needs node and npm"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < LEAST_NODE:
        return f"needs Node {LEAST_NODE} or later, and this is {version}"
    return None


def install(package: Path) -> None:
    """Install what the lock file names, unless that is there; of two test runs at once one waits for the other."""
    lock = package / "package-lock.json"
    installed = package / "node_modules" / ".installed"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if installed.exists() and installed.read_text() == digest:
            return
        run = subprocess.run(
            ["npm", "ci", "--ignore-scripts"], cwd=package, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, f"npm ci failed in {package.name}: {run.stderr[-2000:]}"
        installed.write_text(digest)
