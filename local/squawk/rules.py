"""What squawk lets pass and PostgreSQL does not."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pglast import ast
from pglast.enums import AlterTableType, ConstrType

from local.squawk.statements import nodes


class Rule(NamedTuple):
    name: str
    message: str


_LOCK = Rule("lock-table", "Whoever reads or writes waits until the migration has ended.")
_ALL_ROWS = Rule("all-rows", "All rows are locked until the migration has ended: in pieces, by a where.")
_CHECK = Rule(
    "check-with-column", "All rows are read for the check while nobody may write: add_columns of migrations/in_use.py."
)
_UNREAD = Rule("unread-block", "What the block runs cannot be read: write it out, or as a literal of format.")


def broken(statement: Any) -> Iterator[tuple[Rule, Any]]:
    """Each with the node that breaks it."""
    for node in nodes(statement):
        yield from ((rule, node) for rule in _of(node))


def _of(node: Any) -> Iterator[Rule]:
    match node:
        case ast.LockStmt() | ast.ClusterStmt() | ast.TruncateStmt() | ast.RefreshMatViewStmt(concurrent=False):
            yield _LOCK
        case ast.VacuumStmt() if any(option.defname == "full" for option in node.options or ()):
            yield _LOCK
        case ast.DeleteStmt() | ast.UpdateStmt() if node.whereClause is None or isinstance(
            node.whereClause, ast.A_Const
        ):
            yield _ALL_ROWS
        case ast.AlterTableCmd(subtype=AlterTableType.AT_AddColumn):
            constraints = node.def_.constraints or ()
            yield from (_CHECK for one in constraints if one.contype == ConstrType.CONSTR_CHECK)
        case ast.DoStmt():
            yield _UNREAD
