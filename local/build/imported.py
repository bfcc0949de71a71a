"""Which modules the functions import: asked of them as they ship, on the libraries that the build itself runs on."""

import subprocess
import sys
from pathlib import Path

from local import ROOT
from local.build import BuildError

_ASK = """
import importlib, pkgutil, sys
sys.path[:0] = sys.argv[1:]
import functions
for module in pkgutil.iter_modules(functions.__path__):
    importlib.import_module(f"functions.{module.name}")
print(*sys.modules)
"""


def imported_modules(shared: Path) -> frozenset[str]:
    """Of all functions together; `shared` is where the package of this name is, its SQL compiled.

    Raises:
        BuildError: a function cannot be imported.
    """
    command = [sys.executable, "-I", "-c", _ASK, str(shared), str(ROOT)]
    asked = subprocess.run(command, env={}, cwd="/", capture_output=True, text=True, check=False)
    if asked.returncode != 0:
        raise BuildError(f"a function cannot be imported: {asked.stderr.strip().splitlines()[-1:]}")
    return frozenset(asked.stdout.split())
