"""Squawk's findings in migrations, and what it does not look for."""

import json
import subprocess
import sysconfig
import tomllib
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from pglast import ast

from local import ROOT
from local.squawk.rules import broken
from local.squawk.sql import Migration
from local.squawk.statements import Statement, statements
from local.versions import Version

_CONFIG = ROOT / ".squawk.toml"
_ASKED_FOR = tomllib.loads(_CONFIG.read_text(encoding="utf-8"))["included_rules"]
# What code may still use; in a later release, when no code does, it may go.
_CONTRACTS = {
    *("ban-drop-column", "ban-drop-table", "ban-drop-view", "ban-drop-function", "ban-drop-type", "ban-drop-schema"),
    *("ban-drop-constraint", "ban-drop-default", "ban-drop-not-null", "renaming-column", "renaming-table"),
    *("ban-drop-sequence", "ban-drop-domain", "ban-drop-extension", "renaming-object", "adding-not-nullable-field"),
    *_ASKED_FOR,
}
# Nobody waits for a table that is made in the same migration. Most rules know.
_ABOUT_A_TABLE = {"adding-field-with-default", "ban-drop-constraint", *_ASKED_FOR}


class Finding(NamedTuple):
    rule: str
    message: str
    statement: str

    @property
    def contracts(self) -> bool:
        return self.rule in _CONTRACTS

    def __str__(self) -> str:
        return f"{self.rule}: {self.message} ({' '.join(self.statement.split())[:100]})"


def faults(migrations: Iterable[Migration], released: Collection[Version]) -> Iterator[str]:
    """A line for each finding that is not allowed, and for each contraction that comes too early."""
    every = list(migrations)
    found = dict(zip(every, findings(every), strict=True))
    for migration, its in found.items():
        contractions = [finding for finding in its if finding.contracts]
        yield from (f"{migration}: {finding}" for finding in its if finding not in contractions)
        if contractions and migration.contracts_after is None:
            yield from (f"{migration}: {finding}: see CONTRACTS_AFTER in CONTRIBUTING.md" for finding in contractions)
        if migration.contracts_after is not None and migration.contracts_after not in map(str, released):
            yield (
                f"{migration}: CONTRACTS_AFTER = {migration.contracts_after!r}, which was not released yet: "
                "it comes after that release, whose code does without what goes"
            )


def findings(migrations: Iterable[Migration]) -> Iterator[list[Finding]]:
    """Of each migration those that its own tables do not excuse."""
    every = list(migrations)
    run = [list(statements(migration.sql)) for migration in every]
    for migration, its, said in zip(every, run, _squawk(run), strict=True):
        found = [finding for index in range(len(its)) for finding in _of_statement(its, index, said[index])]
        # Before the first nothing serves.
        yield [finding for finding in dict.fromkeys(found) if not (migration.is_first and finding.contracts)]


def _of_statement(its: list[Statement], index: int, said: list[tuple[str, str]]) -> Iterator[Finding]:
    text, node = its[index]
    made = {_name(one.node.relation) for one in its[:index] if _makes_a_table(one.node)}
    for rule, message in said:
        if not (rule in _ABOUT_A_TABLE and _is_about(made, node)):
            yield Finding(rule, message, text)
    for ours, its_node in broken(node):
        if not _is_about(made, its_node if _tables(its_node) else node):
            yield Finding(*ours, text)


def _squawk(run: list[list[Statement]]) -> list[list[list[tuple[str, str]]]]:
    """Rules and messages, by migration and statement. What a block runs stands there in its place."""
    program = Path(sysconfig.get_path("scripts")) / "squawk"
    with TemporaryDirectory() as directory:
        files = [Path(directory, f"{number}.sql") for number in range(len(run))]
        for file, its in zip(files, run, strict=True):
            file.write_text("".join(map(_line, its)), encoding="utf-8")
        command = [str(program), "--config", str(_CONFIG), "--reporter", "json", *map(str, files)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found: list[list[list[tuple[str, str]]]] = [[[] for _ in its] for its in run]
    for one in json.loads(ran.stdout):
        number = int(Path(one["file"]).stem)
        ends = list(accumulate(_line(statement).count("\n") for statement in run[number]))
        found[number][bisect_right(ends, one["line"])].append((one["rule_name"], one["message"]))
    return found


def _line(statement: Statement) -> str:
    # A comment may end it.
    return f"{statement.text}\n;\n"


def _makes_a_table(node: Any) -> bool:
    return isinstance(node, ast.CreateStmt) and not node.if_not_exists


def _is_about(made: set[str], node: Any) -> bool:
    """Whether all tables that it changes were made before it."""
    return bool(names := _tables(node)) and names <= made


def _tables(node: Any) -> set[str]:
    named = getattr(node, "relations", None) or filter(None, [getattr(node, "relation", None)])
    return {_name(one) for one in named}


def _name(relation: ast.RangeVar) -> str:
    return ".".join(filter(None, (relation.schemaname, relation.relname)))
