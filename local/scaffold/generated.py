"""What is made from the code by other commands, and how Python is formatted here."""

import re
import shutil
import subprocess
import sys
import textwrap
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


_WIDTH = 120
_DOCSTRING = re.compile(r'^( *)"""(.+)"""$', re.MULTILINE)


def formatted(sources: Mapping[str, str]) -> dict[str, str]:
    """Python as `make format` leaves it, without what is imported and not used, and with docstrings of more than a line
    where the names in them are long; anything else as it is."""
    with TemporaryDirectory() as directory:
        written = {path: Path(directory, path) for path in sources if path.endswith(".py")}
        for path, file in written.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(sources[path], encoding="utf-8")
        for arguments in _RUFF:
            ruff = [sys.executable, "-m", "ruff", *arguments, "--quiet", "--no-cache", f"--config={_CONFIG}"]
            _run([*ruff, directory])
        return {**sources, **{path: _wrapped(file.read_text(encoding="utf-8")) for path, file in written.items()}}


def _wrapped(source: str) -> str:
    return _DOCSTRING.sub(_lines, source)


def _lines(docstring: re.Match[str]) -> str:
    indent, text = docstring.groups()
    if len(docstring[0]) <= _WIDTH:
        return docstring[0]
    begun = f'{indent}"""{text}'
    # With room for the quotes, or the formatter would put them behind a line that is all that there is.
    lines = textwrap.fill(begun, _WIDTH - 3, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return f'{lines}\n{indent}"""'


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
