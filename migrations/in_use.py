"""Changes to a table that is in use: nobody waits while its rows are read.

What a released migration calls never changes: a helper with another meaning gets another name.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import accumulate

from alembic import op

from migrations.patience import LOCK_TIMEOUT_MS

# Run again where a migration broke off behind it, it does nothing.
_ADD_CHECK = """
do $$ begin
  if not exists (select from pg_constraint where conrelid = '{table}'::regclass and conname = '{name}') then
    alter table {table} add constraint {name} check {rule} not valid;
  end if;
end $$
"""
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"[^"]*\"""")
_CHECK = re.compile(rf"{_QUOTED.pattern}|(?P<word>\bcheck\b)", re.IGNORECASE)


def add_columns(table: str, columns: Mapping[str, str]) -> None:
    """By their SQL definitions; a check holds for what is written from now on, until `check_columns` for all rows.

    Raises:
        ValueError: a definition has more than one check, or more behind it.
    """
    for column, (defined, rule) in _parted(columns).items():
        op.execute(f"alter table {table} add column if not exists {column} {defined}")
        if rule:
            op.execute(_ADD_CHECK.format(table=table, name=f"{table}_{column}_check", rule=rule))


def check_columns(table: str, columns: Mapping[str, str]) -> None:
    """The last of a migration, whose transaction ends here: all rows are read while others write."""
    with _beside_others():
        for column, (_, rule) in _parted(columns).items():
            if rule:
                op.execute(f"alter table {table} validate constraint {table}_{column}_check")


def add_index(name: str, on: str) -> None:
    """Likewise; `on` is the table with its columns in brackets. What an attempt that broke off has left goes first.

    It waits for every transaction of the database that has begun before, however long.
    """
    with _beside_others():
        op.execute(f"drop index concurrently if exists {name}")
        op.execute(f"create index concurrently {name} on {on}")


@contextmanager
def _beside_others() -> Iterator[None]:
    """For statements whose lock (share update exclusive) stops no reader and no writer, nor does waiting for it.

    So they may wait: an index that gives up leaves itself behind, invalid, and would be built from the beginning.
    """
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = 0")
        yield
        op.execute(f"set lock_timeout = {LOCK_TIMEOUT_MS}")


def _parted(columns: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """By column what stands before its `check`, and the rule in its brackets; an empty one if there is none."""
    return {column: _parts(definition) for column, definition in columns.items()}


def _parts(definition: str) -> tuple[str, str]:
    checks = [found for found in _CHECK.finditer(definition) if found["word"]]
    if not checks:
        return definition, ""
    rule = definition[checks[0].end() :].strip()
    *within, last = accumulate((sign == "(") - (sign == ")") for sign in _QUOTED.sub("", rule) or " ")
    if len(checks) > 1 or not all(depth > 0 for depth in within) or last or not within:
        raise ValueError(f"a column has one check, in brackets, and nothing behind it: {definition}")
    return definition[: checks[0].start()].strip(), rule
