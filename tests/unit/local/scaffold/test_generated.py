"""What is written is as `make check` wants it, however long its names are."""

import subprocess
import sys
from pathlib import Path

import pytest

from local import ROOT
from local.scaffold.generated import formatted
from local.scaffold.make import sources
from local.scaffold.migration import dropping_migration, migration
from local.scaffold.resource import read_resource
from local.versions import Version

FIELDS = {
    "one": "text:text(10000)",
    "of each kind": "text:text(9000) a:text(100)? pinned:boolean=false due_at:timestamp? state:enum(a|b)=a n:integer",
    "long": f"{'t' * 24}:text(100) {'b' * 24}:boolean? {'e' * 24}:enum({'c' * 24}|d)? {'d' * 24}:timestamp",
}


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS)
def test_it_is_linted_clean_whatever_it_is_called(fields: str, tmp_path: Path) -> None:
    written: dict[str, str] = {}
    for length in range(3, 24):
        resource = read_resource("x" * length, "", fields)
        written |= sources(resource)
        written[f"migrations/versions/{length}_made.py"] = migration(resource, "2", "1")
        written[f"migrations/versions/{length}_dropped.py"] = dropping_migration(resource, "3", "2", Version(1, 0, 0))
    for path, text in formatted(written).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "--output-format=concise"]
        ruff += [f"--config={ROOT / 'pyproject.toml'}", str(tmp_path)]
        done = subprocess.run(ruff, check=False, capture_output=True, text=True)

        assert done.returncode == 0, done.stdout
