"""Write down all SQL of this version, for the next one to be tested beside it:
`python -m tests.sync.freeze > tests/sync/version_before.json`, on the commit that is released.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from local import ROOT
from shared.core.database import batch
from shared.core.database.statement import Statement
from shared.core.resource.listing import Listing
from shared.core.resource.statements import OwnedStatements


def frozen() -> dict[str, Any]:
    """What every batch begins with, and each statement by its module and name."""
    head = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(head, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    begins = {"settings": batch.SETTINGS, "count": batch.COUNT_REQUEST}
    return {"commit": commit, "batch": {name: sql.strip() for name, sql in begins.items()}, "statements": statements()}


def statements() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for module in iter_modules([str(ROOT / "shared" / "tables")]):
        for name, value in vars(import_module(f"shared.tables.{module.name}")).items():
            if not name.startswith("_"):
                found |= {f"{module.name}.{path}": _as_data(statement) for path, statement in _within(name, value)}
    return dict(sorted(found.items()))


def _within(name: str, value: Any) -> Iterator[tuple[str, Statement]]:
    if isinstance(value, Statement):
        yield name, value
    elif isinstance(value, Listing):
        yield name, value.statement(filtered=(), searched=False, after=False, counted=False)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _within(f"{name}.{key}", one)
    elif isinstance(value, OwnedStatements):
        for key, one in value._asdict().items():
            yield from _within(f"{name}.{key}", one)


def _as_data(statement: Statement) -> dict[str, Any]:
    return {"sql": " ".join(statement.sql.split()), "read_only": statement.read_only}


if __name__ == "__main__":
    json.dump(frozen(), sys.stdout, indent=1)
    sys.stdout.write("\n")
