"""The SQL of a migration, without a database."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from local import ROOT


@dataclass(frozen=True)
class Migration:
    """`contracts_after`: the release since which no code uses what this one takes away; None if it says nothing."""

    path: Path
    sql: str
    contracts_after: str | None
    is_first: bool = False

    def __str__(self) -> str:
        return f"migrations/versions/{self.path.name}"


def migrations(versions: Path | None = None) -> Iterator[Migration]:
    """All, the oldest first; those of `versions` beside the project's own, if it is given."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    if versions:
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", f"{ROOT / 'migrations' / 'versions'}\n{versions}")
    for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        module: Any = script.module
        yield Migration(
            Path(script.path), _sql_of(script), getattr(module, "CONTRACTS_AFTER", None), not script.down_revision
        )


def _sql_of(script: Script) -> str:
    written = io.StringIO()
    options = {"as_sql": True, "output_buffer": written, "transaction_per_migration": True}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with context.begin_transaction(_per_migration=True), Operations.context(context):
        script.module.upgrade()
    return written.getvalue()
