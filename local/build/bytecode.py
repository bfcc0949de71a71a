"""Bytecode of a package, by the Python that will run it."""

import compileall
import os
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

from local import ROOT
from local.build import BuildError

RUNTIME = (ROOT / ".python-version").read_text().strip()
# From so many modules on it pays to start processes that compile side by side.
_WORTH_PROCESSES = 100
_NOT_COMPILED = "a module does not compile"


def compile_modules(directory: Path, mounted_at: str) -> None:
    """Write the bytecode of all modules below `directory`, for the place where Lambda will unpack it.

    Raises:
        BuildError: a module does not compile, or no Python of the runtime was found.
    """
    interpreter = _runtime_interpreter()
    sources = sum(1 for _ in directory.rglob("*.py"))
    if interpreter == sys.executable and sources < _WORTH_PROCESSES:
        done = compileall.compile_dir(
            directory,
            quiet=1,
            stripdir=str(directory),
            prependdir=mounted_at,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
        if not done:
            raise BuildError(_NOT_COMPILED)
        return
    command = [interpreter, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(directory), "-p", mounted_at, str(directory)]
    if subprocess.run(command, check=False).returncode != 0:
        raise BuildError(_NOT_COMPILED)


def _runtime_interpreter() -> str:
    """A Python of the runtime's minor version: bytecode of another one would be ignored without a word."""
    for candidate in (os.environ.get("BUILD_PYTHON"), sys.executable, shutil.which(f"python{RUNTIME}")):
        if candidate and _version_of(candidate) == RUNTIME:
            return candidate
    raise BuildError(
        f"the build needs Python {RUNTIME}, the functions' runtime, and found none: "
        f"install it (`.venv/bin/uv python install {RUNTIME}`) or name one in BUILD_PYTHON"
    )


def _version_of(interpreter: str) -> str | None:
    if interpreter == sys.executable:
        return f"{sys.version_info.major}.{sys.version_info.minor}"
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.run([interpreter, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None  # pyenv puts a `python3.13` on PATH for versions that are not active: it only fails
