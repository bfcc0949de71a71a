"""The terms that statements share, and how an expression is compiled.

Parameters are named after the columns they meet. `user_id` is always the caller's.
"""

from typing import Any, LiteralString

from sqlalchemy import Column, Text, bindparam
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.elements import BindParameter, ClauseElement

from shared.core.database.statement import Statement

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]
CALLER: BindParameter[str] = bindparam("user_id", type_=Text())


def compiled(expression: ClauseElement, *, name: str, read_only: bool = False, repeatable: bool) -> Statement:
    return Statement(sql_of(expression), read_only=read_only, repeatable=repeatable, name=name)


def sql_of(expression: ClauseElement) -> LiteralString:
    """Also of a piece of a statement. Whatever comes with a request is a parameter of it."""
    sql: LiteralString = str(expression.compile(dialect=_DIALECT))
    return sql


def sql_type_of(column: Column[Any]) -> str:
    return column.type.compile(dialect=_DIALECT)
