"""The plans that the server makes of statements, those inside of functions and of foreign keys too, by auto_explain."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Self

import psycopg
from psycopg.errors import Diagnostic

from local import ROOT
from shared.core.database.statement import Statement
from shared.core.resource.export import Export, ExportCursor
from shared.core.resource.statements import OwnedStatements

_SETTINGS = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
}
# Reads of a table; what is below a bitmap is its index, whose condition counts.
_BY_INDEX = frozenset({"Index Scan", "Index Only Scan", "Bitmap Heap Scan"})


def statements() -> dict[str, dict[str, Statement]]:
    """Of each module of tables that has any, by their names."""
    modules = [module.name for module in iter_modules([str(ROOT / "shared" / "tables")])]
    found = {name: _statements_of(vars(import_module(f"shared.tables.{name}"))) for name in modules}
    return {name: each for name, each in found.items() if each}


def _statements_of(module: Mapping[str, Any]) -> dict[str, Statement]:
    found: dict[str, Statement] = {}
    for name, value in module.items():
        if isinstance(value, OwnedStatements):
            parts = value._asdict() | {f"lists {sort}": each for sort, each in value.lists.items()}
            found |= {f"{name} {part}": each for part, each in parts.items() if isinstance(each, Statement)}
        elif isinstance(value, Export):
            begun = (ExportCursor(number, ()) for number in range(len(value.tables)))
            found |= {f"{name} after {each}": value.statement(each) for each in (ExportCursor(), *begun)}
        elif isinstance(value, Statement):
            found[name] = value
    return found


@dataclass(frozen=True)
class Scan:
    """One node of a plan that reads a table."""

    table: str
    how: str
    condition: str
    """Of the index."""
    rows: float
    """That it read, those included that it threw away."""
    sql: str

    @classmethod
    def of(cls, node: dict[str, Any], sql: str) -> Self:
        below = node.get("Plans", [])
        conditions = [node.get("Index Cond", ""), *(each.get("Index Cond", "") for each in below)]
        removed = sum(value for name, value in node.items() if name.startswith("Rows Removed by"))
        rows = node["Actual Rows"] * node["Actual Loops"] + removed * node["Actual Loops"]
        return cls(node["Relation Name"], node["Node Type"], " ".join(filter(None, conditions)), rows, sql)

    @property
    def is_by_index(self) -> bool:
        return self.how in _BY_INDEX and bool(self.condition)


def scans_of(plan: dict[str, Any]) -> Iterator[Scan]:
    """What writes to a table has read it below."""
    nodes = [plan["Plan"]]
    for node in nodes:
        nodes += node.get("Plans", [])
        if "Relation Name" in node and node["Node Type"] != "ModifyTable" and node["Actual Loops"]:
            yield Scan.of(node, plan["Query Text"])


class Plans:
    """The plans of what a connection does, since it was asked last."""

    def __init__(self) -> None:
        self._plans: list[dict[str, Any]] = []

    def note(self, diagnostic: Diagnostic) -> None:
        _, explained, plan = (diagnostic.message_primary or "").partition("plan:\n")
        if explained:
            self._plans.append(json.loads(plan))

    def taken(self) -> list[Scan]:
        plans, self._plans = self._plans, []
        return [scan for plan in plans for scan in scans_of(plan)]


@contextmanager
def explained(superuser: psycopg.Connection) -> Iterator[None]:
    """Who connects to this database meanwhile is told the plan of each statement."""
    name = superuser.info.dbname
    for setting, value in _SETTINGS.items():
        superuser.execute(f"alter database {name} set {setting} = '{value}'".encode())
    yield
    superuser.execute(f"alter database {name} reset all".encode())
