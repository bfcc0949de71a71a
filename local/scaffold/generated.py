"""What is made from the code by other commands, and how Python is formatted here."""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from local import ROOT
from local.npm import install, npm
from local.scaffold.names import ScaffoldError

_CLIENT = ROOT / "clients" / "typescript"
_CONFIG = ROOT / "pyproject.toml"
_MADE = (ROOT / "docs" / "openapi.yaml", _CLIENT / "src" / "schema.ts")


# One after the other: what is sorted while it is too long for a line would keep a line for each name.
_RUFF = (["check", "--fix-only", "--select", "F401"], ["check", "--fix-only", "--select", "I"], ["format"])


def formatted(sources: Mapping[str, str]) -> dict[str, str]:
    """Python as `make format` leaves it, without what is imported and not used; anything else as it is."""
    with TemporaryDirectory() as directory:
        written = {path: Path(directory, path) for path in sources if path.endswith(".py")}
        for path, file in written.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(sources[path], encoding="utf-8")
        for arguments in _RUFF:
            ruff = [sys.executable, "-m", "ruff", *arguments, "--quiet", "--no-cache", f"--config={_CONFIG}"]
            _run([*ruff, directory])
        return {**sources, **{path: file.read_text(encoding="utf-8") for path, file in written.items()}}


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
    print(_making("docs/openapi.yaml"), flush=True)
    _run([sys.executable, "-m", "local", "openapi"])
    if shutil.which("npm") is None:
        print("note: npm is missing, so clients/typescript/src/schema.ts is as it was: make types", file=sys.stderr)
        return
    install(_CLIENT)
    npm(_CLIENT, _making("clients/typescript/src/schema.ts"), "run", "generate")


def _making(path: str) -> str:
    return f"  making  {path}"


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ScaffoldError(f"{' '.join(command[1:4])} failed: {(done.stderr or done.stdout).strip()}")
