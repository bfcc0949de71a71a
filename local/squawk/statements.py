"""The statements that a migration's SQL runs, those of its `do` blocks too, as PostgreSQL's own parser reads them."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pglast import ast, parse_plpgsql, parse_sql
from pglast.parser import ParseError

from local.squawk import SquawkError

# What `format` fills in: of `%s` a name, or an expression in brackets. The SQL that Alembic prints has each `%` twice.
_FILLED = re.compile(r"%+(?:\d+\$)?([ILs])")
_STAND_INS = ({"I": "x", "L": "'x'", "s": "x"}, {"I": "x", "L": "'x'", "s": "(x)"})
# Written down now and run by whoever calls it.
_KEPT = (ast.CreateFunctionStmt, ast.RuleStmt, ast.ViewStmt)


class Statement(NamedTuple):
    """`node` is a DoStmt only if its body cannot be read."""

    text: str
    node: Any


def statements(sql: str) -> Iterator[Statement]:
    """In the order in which they stand.

    Raises:
        SquawkError: it is no SQL.
    """
    try:
        read = parse_sql(sql)
    except ParseError as error:
        raise SquawkError(f"PostgreSQL's parser cannot read a migration: {error}") from error
    for one in read:
        end = one.stmt_location + one.stmt_len if one.stmt_len else len(sql)
        statement = Statement(sql[one.stmt_location : end].strip(), one.stmt)
        yield from _of_block(statement) if isinstance(one.stmt, ast.DoStmt) else [statement]


def nodes(node: Any) -> Iterator[Any]:
    """The node and those in it, as far as they are run with it."""
    if isinstance(node, tuple | list):
        for one in node:
            yield from nodes(one)
    elif isinstance(node, ast.Node):
        yield node
        if not isinstance(node, _KEPT):
            for name in node:
                yield from nodes(getattr(node, name))


def _of_block(block: Statement) -> Iterator[Statement]:
    languages = [one.arg.sval for one in block.node.args if one.defname == "language"]
    if languages not in ([], ["plpgsql"]):
        yield block
        return
    try:
        queries = list(_queries(parse_plpgsql(block.text)))
        if None in queries:
            yield block
        for query in filter(None, queries):
            yield from statements(query)
    except (ParseError, SquawkError):
        yield block


def _queries(node: Any) -> Iterator[str | None]:
    """Of the body of a block; None for one that is made while it runs."""
    if isinstance(node, list):
        for one in node:
            yield from _queries(one)
    elif isinstance(node, dict):
        for kind, inner in node.items():
            if kind == "PLpgSQL_stmt_execsql":
                yield inner["sqlstmt"]["PLpgSQL_expr"]["query"]
            elif kind == "PLpgSQL_stmt_dynexecute":
                yield _executed(inner["query"]["PLpgSQL_expr"]["query"])
            else:
                yield from _queries(inner)


def _executed(expression: str) -> str | None:
    """What `execute` is given, if that is a literal, or `format` with one."""
    value = parse_sql(f"select {expression}")[0].stmt.targetList[0].val
    if isinstance(value, ast.FuncCall) and value.funcname[-1].sval == "format":
        value = value.args[0]
    if not isinstance(value, ast.A_Const) or not isinstance(value.val, ast.String):
        return None
    literal = str(value.val.sval)
    for stand_in in _STAND_INS:
        filled = _FILLED.sub(lambda found, by=stand_in: by[found[1]], literal)  # type: ignore[misc]
        try:
            parse_sql(filled)
        except ParseError:
            continue
        return filled
    return None
