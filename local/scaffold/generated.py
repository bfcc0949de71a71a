"""What is made from the code by other commands, and how Python is formatted here."""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from local import ROOT
from local.scaffold.names import ScaffoldError

_CLIENT = ROOT / "clients" / "typescript"
_MADE = (ROOT / "docs" / "openapi.yaml", _CLIENT / "src" / "schema.ts")


def formatted(sources: dict[str, str]) -> dict[str, str]:
    """Python as `make format` leaves it, without what is imported and not used; anything else as it is."""
    return {path: _formatted(path, text) if path.endswith(".py") else text for path, text in sources.items()}


def _formatted(path: str, source: str) -> str:
    for arguments in (["check", "--quiet", "--fix-only", "--select", "F401,I"], ["format", "--quiet"]):
        source = _run([sys.executable, "-m", "ruff", *arguments, "--stdin-filename", path, "-"], source)
    return source


@contextmanager
def restored_on_failure(*groups: Iterable[Path]) -> Iterator[None]:
    """Whatever goes wrong inside, these files, and those that `remake` writes, are as they were before."""
    paths = {path for group in (*groups, _MADE) for path in group}
    before = {path: path.read_bytes() if path.exists() else None for path in paths}
    try:
        yield
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        raise


def remake() -> None:
    """The OpenAPI document, and the types of the TypeScript client."""
    _say("docs/openapi.yaml")
    _run([sys.executable, "-m", "local", "openapi"])
    npm = shutil.which("npm")
    if npm is None:
        print("note: npm is missing, so clients/typescript/src/schema.ts is as it was: make types", file=sys.stderr)
        return
    _say("clients/typescript/src/schema.ts")
    for arguments in (["ci", "--silent"], ["run", "--silent", "generate"]):
        _run([npm, *arguments], cwd=_CLIENT)


def _say(path: str) -> None:
    print(f"  making  {path}", flush=True)


def _run(command: list[str], given: str = "", cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ScaffoldError(f"{' '.join(command[1:4])} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout
