"""What differs from table to table in its functions, and the pieces that several of them are made of."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

# A call takes 100 arguments.
_MOST_PAIRS = 50


class Rules(NamedTuple):
    """What the functions do beside storing what they are given.

    `filtered`: columns that a list, and a deletion of many, can be filtered by. `counted`: boolean columns, and the
    column of users that counts the rows where it is true. `derived`: columns that nobody sends, and the SQL of each in
    terms of `changed`, the row as it is about to be.
    """

    filtered: Collection[str] = ()
    counted: Mapping[str, str] = {}
    derived: Mapping[str, str] = {}

    def live_counts(self, table: str) -> tuple[str, ...]:
        """The columns of users that count the rows: all of them, and those where a boolean is true."""
        return (table, *self.counted.values())


@dataclass(frozen=True, slots=True)
class Written:
    """A table to write to: `singular` is one row of it, `columns` the SQL definitions of those of its own, by name."""

    name: str
    singular: str
    columns: Mapping[str, str]
    rules: Rules

    @property
    def defaults(self) -> str:
        """The default of each column that has one, as the beginning of an expression: an object, and `||`."""
        given = [f"'{column}', {value}" for column, value in defaults(self.columns).items()]
        chunks = [", ".join(given[start : start + _MOST_PAIRS]) for start in range(0, len(given), _MOST_PAIRS)]
        return "".join(f"jsonb_build_object({chunk}) || " for chunk in chunks)

    @property
    def values(self) -> dict[str, str]:
        """Of its own columns, from the row as it is about to be."""
        return {column: f"changed.{column}" for column in self.columns}

    @property
    def derive(self) -> str:
        return "".join(f"  changed.{column} := {derived};\n" for column, derived in self.rules.derived.items())

    def counts(self, change: str) -> str:
        """Sets in `owner` what is counted beside all rows; `change` is the difference, with {} for the column."""
        counted = self.rules.counted.items()
        changes = {count: change.format(column, column) for column, count in counted}
        return "".join(f"  owner.{count} := owner.{count} {difference};\n" for count, difference in changes.items())


def keep_owner(table: Written, *others: str) -> str:
    """Writes `owner` back: what a write of the table changes in it, and the other columns named."""
    columns = ("revision", *table.rules.live_counts(table.name), *others)
    values = ", ".join(f"{column} = owner.{column}" for column in columns)
    return f"  update users u set {values} where u.id = caller;\n"


def with_owner(table: Written, function: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """The function that takes the owner's row and leaves the rest to the one that ends in `_locked`."""
    declared = ", ".join(f"{name} {sql_type}" for name, sql_type in parameters.items())
    source = f"""function {function}(
  {declared}, out outcome text, out item jsonb
) language plpgsql as $$
#variable_conflict use_variable
declare
  caller constant text := current_setting('app.user_id');
  owner users := lock_owner();
  done record;
begin
  done := {function}_locked(owner, {", ".join(parameters)});
  outcome := done.outcome;
  item := done.item;
  if outcome <> 'done' then
    return;
  end if;
  owner := done.owner;
{keep_owner(table)}end $$"""
    return {f"{function}({', '.join(parameters.values())})": source}


def defaults(columns: Mapping[str, str]) -> dict[str, str]:
    """The default of each column that has one, as SQL."""
    found = {name: re.search(r"\bdefault ('(?:[^']|'')*'|\S+)", definition) for name, definition in columns.items()}
    return {name: match[1] for name, match in found.items() if match}


def find(table: Written, function: str) -> str:
    """Puts the row into `stored`, or returns: it is not there, or has no version that is expected.

    Nor is it where there was no owner to lock, for an account that has begun since is locked by somebody else.
    """
    return f"""  select * into stored from {table.name} t where t.user_id = caller and t.id = {function}.id;
  if not found or owner.id is null then
    outcome := 'not_found';
    return;
  elsif stored.version <> all (expected) then
    outcome := 'stale';
    item := to_jsonb(stored);
    return;
  end if;
"""
