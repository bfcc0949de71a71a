"""What npm has to install and build before the app can be served."""

import re
import shutil
import subprocess

from local import ROOT
from local.npm import install, is_older, npm

CLIENT = ROOT / "clients" / "typescript"
APP = ROOT / "examples" / "web"
_OLDEST_NODE = (20, 19)


class ExampleError(Exception):
    """The app cannot be served; the text is for the developer."""


def prepare() -> None:
    """Install the locked packages and build the client, unless that was done since they changed.

    Raises:
        ExampleError: Node is missing or too old.
        NpmError: npm failed.
    """
    _check_node()
    install(CLIENT)
    if is_older(CLIENT / "dist" / "index.js", [*(CLIENT / "src").rglob("*.ts"), CLIENT / "package.json"]):
        npm(CLIENT, "Building the client", "run", "build")
    install(APP)


def _check_node() -> None:
    node = shutil.which("node")
    if node is None:
        raise ExampleError("the example needs Node.js 20.19 or later: https://nodejs.org")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < _OLDEST_NODE:
        raise ExampleError(f"the example needs Node.js 20.19 or later, and this is {said.strip()}")
