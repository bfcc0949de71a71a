"""What scripts see in a process that has imported a function from the package, and nothing from anywhere else.

It runs with -I -S: no site-packages, no working directory; what is imported comes from the standard library or from
the package. The import takes a third of a second, so each script runs in a fork of the process that has done it.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.e2e.packages import LAYERS, MODULES, Artifacts

_PROCESS = """
import importlib, json, os, sys, traceback
standard_library = tuple(sys.path)
scripts = [compile(script, "script", "exec") for script in json.loads(sys.argv[2])]
compiled = []
sys.addaudithook(lambda event, given: compiled.append(str(given[0])) if event == "compile" else None)
package = sys.argv[3:]
sys.path[:0] = package
sys.dont_write_bytecode = True
function = importlib.import_module("functions." + sys.argv[1])
for script in scripts:
    if child := os.fork():
        if os.waitpid(child, 0)[1]:
            sys.exit(1)
        continue
    try:
        exec(script)
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
"""


def directories(native: Artifacts, function: str) -> list[Path]:
    """In the order in which Lambda looks through them."""
    return [native.directory / function, *(native.directory / layer / "python" for layer in reversed(LAYERS))]


def said_by(scripts: Sequence[str], native: Artifacts, function: str) -> dict[str, Any]:
    """What each script prints, a line of JSON.

    It can look at `function`, the module; `compiled`, the texts that were compiled while that was imported; `package`,
    where it came from; and `standard_library`, the path before.
    """
    process = [sys.executable, "-I", "-S", "-c", _PROCESS]
    given = [MODULES[function], json.dumps(scripts), *map(str, directories(native, function))]
    ran = subprocess.run([*process, *given], env={}, cwd="/", capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return dict(zip(scripts, map(json.loads, ran.stdout.splitlines()), strict=True))
