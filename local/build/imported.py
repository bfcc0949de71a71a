"""What the functions import: asked of them as they ship, on the libraries that the build itself runs on."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from local import ROOT
from local.build import BuildError

_ASK = """
import dataclasses, importlib, json, pkgutil, sys
sys.path[:0] = sys.argv[1:]
texts = []
def run(text, namespace, *rest):
    texts.append((text, namespace.get("__name__", "").partition(".")[0]))
    exec(text, namespace, *rest)
dataclasses.exec = run
import functions
for module in pkgutil.iter_modules(functions.__path__):
    importlib.import_module(f"functions.{module.name}")
print(json.dumps({"modules": [*sys.modules], "texts": texts}))
"""

# Each in a package of its own; what a function holds is compiled by itself.
_OURS = ("shared", "functions")


class Imported(NamedTuple):
    modules: frozenset[str]
    texts_of_libraries: frozenset[str]
    """Code that they hold as text, and Python compiles."""
    texts_of_shared: frozenset[str]


def imported(shared: Path) -> Imported:
    """By all functions together; `shared` is where the package of this name is, its SQL compiled.

    Raises:
        BuildError: a function cannot be imported.
    """
    command = [sys.executable, "-I", "-B", "-c", _ASK, str(shared), str(ROOT)]
    asked = subprocess.run(command, env={}, cwd="/", capture_output=True, text=True, check=False)
    if asked.returncode != 0:
        raise BuildError(f"a function cannot be imported: {asked.stderr.strip().splitlines()[-1:]}")
    said = json.loads(asked.stdout)
    return Imported(
        frozenset(said["modules"]),
        frozenset(text for text, package in said["texts"] if package not in _OURS),
        frozenset(text for text, package in said["texts"] if package == "shared"),
    )
