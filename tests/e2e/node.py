"""Node for the tests: whether it is here."""

import shutil
import subprocess
from functools import cache

LEAST_NODE = 20


@cache
def why_not_here() -> str | None:
    """What is missing on this machine; every module of tests that need Node asks."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "needs node and npm"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < LEAST_NODE:
        return f"needs Node {LEAST_NODE} or later, and this is {version}"
    return None
