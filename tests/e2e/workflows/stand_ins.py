"""Programs that only write down what they are asked, and with what in their environment."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

# By a shell, which starts in a tenth of the time that Python takes: all tests of jobs together start hundreds.
_PROGRAM = """#!/bin/sh
{{ printf '%s\\0' '{name}' "$#" "$@"; env -0; printf '\\0'; }} >> '{record}'
if [ "$STEP_FAILS" ]; then
  echo "it fails, as the test wants" >&2
  exit 1
fi
case "{name} $1" in
  "make deploy" | "make preview") echo "url=https://api.example" >> "$GITHUB_OUTPUT" ;;
esac
"""


@dataclass
class Call:
    program: str
    arguments: list[str]
    environment: dict[str, str]

    @property
    def line(self) -> str:
        return " ".join([self.program, *self.arguments])


@dataclass
class StandIns:
    """In `directory`, which has `bin` for the path, and a workspace with what the project keeps in .ci."""

    directory: Path

    @property
    def workspace(self) -> Path:
        return self.directory / "workspace"

    @property
    def bin(self) -> Path:
        return self.directory / "bin"

    @property
    def _record(self) -> Path:
        return self.directory / "calls"

    def write(self, *programs: str, scripts: list[str]) -> None:
        for name in programs:
            self._write(self.bin / name, name)
        for name in scripts:
            self._write(self.workspace / name, name)

    def _write(self, path: Path, name: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_PROGRAM.format(record=self._record, name=name))
        path.chmod(0o755)

    @property
    def calls(self) -> list[Call]:
        fields = iter(self._record.read_text().split("\0") if self._record.exists() else ())
        return [_read(program, fields) for program in iter(lambda: next(fields, ""), "")]

    def forget(self) -> None:
        self._record.unlink(missing_ok=True)


def _read(program: str, fields: Iterator[str]) -> Call:
    arguments = list(islice(fields, int(next(fields))))
    pairs = (pair.partition("=") for pair in iter(lambda: next(fields), ""))
    return Call(program, arguments, {name: value for name, _, value in pairs})
