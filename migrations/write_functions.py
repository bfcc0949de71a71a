"""The functions that write to an owned table, all of them: what a migration calls.

What a released migration calls never changes: a helper with another meaning gets another name.
"""

from collections.abc import Mapping

from alembic import op

from migrations.functions.batch import batch
from migrations.functions.create import create, create_locked
from migrations.functions.delete import delete, delete_locked, delete_many
from migrations.functions.patch import patch, patch_locked
from migrations.functions.restore import restore
from migrations.functions.rules import Rules, Written

__all__ = ["Rules", "functions", "write_functions"]

_EACH = (create_locked, create, patch_locked, patch, delete_locked, delete, restore, delete_many, batch)


def write_functions(name: str, singular: str, columns: Mapping[str, str], rules: Rules = Rules()) -> None:  # noqa: B008
    """Write the table's functions anew: in the migration that adds a column, with all columns that there are then."""
    for signature, source in functions(name, singular, columns, rules).items():
        op.execute(f"create or replace {source}")
        op.execute(f"grant execute on function {signature} to tasks_api")


def functions(name: str, singular: str, columns: Mapping[str, str], rules: Rules = Rules()) -> dict[str, str]:  # noqa: B008
    """The source of each function, by its name with the types that it takes."""
    table = Written(name, singular, columns, rules)
    return {signature: source for make in _EACH for signature, source in make(table).items()}
