"""Squawk's findings in migrations, and what it does not look for."""

import json
import re
import subprocess
import sysconfig
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from local import ROOT
from local.squawk.sql import Migration
from local.versions import Version

# What code may still use; in a later release, when no code does, it may go.
_CONTRACTS = {
    *("ban-drop-column", "ban-drop-table", "ban-drop-view", "ban-drop-function", "ban-drop-type", "ban-drop-schema"),
    *("ban-drop-constraint", "ban-drop-default", "ban-drop-not-null", "renaming-column", "renaming-table"),
    *("renaming-object", "adding-not-nullable-field"),
}
# Nobody waits for a table that is made in the same migration. Most rules know.
_ABOUT_ROWS = {"adding-field-with-default", "check-with-column", "ban-drop-constraint"}
_MADE = re.compile(r"^\s*create (?:unlogged )?table (?:if not exists )?([\w.]+)", re.MULTILINE | re.IGNORECASE)
_ALTERED = re.compile(r"^\s*alter table (?:only )?(?:if exists )?([\w.]+)", re.MULTILINE | re.IGNORECASE)
# By rule: the words of a statement that squawk lets pass, and what to do in their place.
_OURS = {
    "check-with-column": (
        re.compile(r"\s*alter table (?!.*\bnot valid\b).*\badd column\b.*\bcheck\b", re.IGNORECASE | re.DOTALL),
        "All rows are read for the check while nobody may write: add_columns of migrations/in_use.py.",
    ),
    "lock-table": (
        re.compile(r"\s*(lock|cluster|vacuum full|refresh materialized view (?!concurrently))\b", re.IGNORECASE),
        "Whoever reads or writes waits until the migration has ended.",
    ),
}


class Finding(NamedTuple):
    rule: str
    message: str
    statement: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.message} ({' '.join(self.statement.split())[:100]})"


def faults(migrations: Iterable[Migration], released: Collection[Version]) -> Iterator[str]:
    """A line for each finding that is not allowed, and for each contraction that comes too early."""
    every = list(migrations)
    found = dict(zip(every, findings(every), strict=True))
    for migration, its in found.items():
        contractions = [finding for finding in its if finding.rule in _CONTRACTS]
        yield from (f"{migration}: {finding}" for finding in its if finding not in contractions)
        if contractions and migration.contracts_after is None:
            yield from (f"{migration}: {finding}: see CONTRACTS_AFTER in CONTRIBUTING.md" for finding in contractions)
        if migration.contracts_after is not None and migration.contracts_after not in map(str, released):
            yield (
                f"{migration}: CONTRACTS_AFTER = {migration.contracts_after!r}, which was not released yet: "
                "it comes after that release, whose code does without what goes"
            )


def findings(migrations: Iterable[Migration]) -> list[list[Finding]]:
    """Of each migration those that its own tables do not excuse."""
    with TemporaryDirectory() as directory:
        files = [Path(directory, f"{migration.path.stem}.sql") for migration in migrations]
        for file, migration in zip(files, migrations, strict=True):
            file.write_text(migration.sql, encoding="utf-8")
        said = _squawk(files)
    return [
        [finding for finding in (*said[str(file)], *_ours(migration.sql)) if not _is_about_new(finding, migration.sql)]
        for file, migration in zip(files, migrations, strict=True)
    ]


def _squawk(files: list[Path]) -> dict[str, list[Finding]]:
    program = Path(sysconfig.get_path("scripts")) / "squawk"
    command = [str(program), "--config", str(ROOT / ".squawk.toml"), "--reporter", "json", *map(str, files)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found: dict[str, list[Finding]] = {str(file): [] for file in files}
    for one in json.loads(ran.stdout):
        statement = _statement_at(Path(one["file"]).read_text(encoding="utf-8"), one["line"])
        found[one["file"]].append(Finding(one["rule_name"], one["message"], statement))
    return {file: list(dict.fromkeys(its)) for file, its in found.items()}


def _statement_at(sql: str, line: int) -> str:
    """The one with this line, of which the first is 0."""
    start = sum(map(len, sql.splitlines(keepends=True)[:line]))
    return sql[sql.rfind(";\n", 0, start) + 1 : sql.find(";\n", start)].lstrip("\n")


def _ours(sql: str) -> Iterator[Finding]:
    for statement in sql.split(";\n"):
        for rule, (words, message) in _OURS.items():
            if words.match(statement):
                yield Finding(rule, message, statement)


def _is_about_new(finding: Finding, sql: str) -> bool:
    altered = _ALTERED.match(finding.statement)
    return finding.rule in _ABOUT_ROWS and altered is not None and altered[1] in _MADE.findall(sql)
